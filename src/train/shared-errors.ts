import { CheckpointError } from '../checkpoint/index.js';
import { ConfigError } from '../core/index.js';
import { TrainingDivergedError } from './errors.js';
import { TrainingInterruptedError } from './termination.js';

/** What ranks agree on before they throw it. */
const SHARED_ERRORS = [TrainingDivergedError, TrainingInterruptedError, ConfigError, CheckpointError];

/** Whether every rank ends with this error, at the same place. */
export function isSharedError(error: unknown): boolean {
  return SHARED_ERRORS.some((kind) => error instanceof kind);
}
