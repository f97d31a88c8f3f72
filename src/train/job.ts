import type { Communicator } from '../collectives/index.js';
import type { CallOptions, Source } from '../core/index.js';
import type { SupervisedExample, SupervisionReport } from '../data/index.js';
import type { VicunaModel } from '../model/index.js';
import type { TrainerSettings } from './config.js';

/** What one call of the trainer works on. */
export interface TrainingJob extends CallOptions {
  readonly settings: TrainerSettings;
  readonly model: VicunaModel;
  /** Of the job that this process is a rank of; absent where it is alone. */
  readonly communicator: Communicator | undefined;
  readonly examples: Source<SupervisedExample>;
  /** What became of the conversations that the examples are made from; known when all were read. */
  readonly supervision: (() => Promise<SupervisionReport>) | undefined;
  readonly signal: AbortSignal;
}
