import { createHash } from 'node:crypto';
import type { TrainingState } from '../checkpoint/index.js';
import type { JsonValue } from '../conversation/index.js';
import { ConfigError } from '../core/index.js';
import type { PackedDataset } from '../data/index.js';
import type { ModelShape } from '../engine/index.js';
import type { TrainerSettings } from './config.js';

/** Settings that decide which weights come out. The others may be different at a resume: where, how fast, how many ranks. */
const DECISIVE = [
  ...(['epochs', 'maxSteps', 'maxTokens', 'microBatchTokens', 'batchConversations', 'batchTokens', 'shuffle'] as const),
  ...(['learningRate', 'schedule', 'warmupRatio', 'warmupSteps', 'minimumLearningRate'] as const),
  ...(['beta1', 'beta2', 'epsilon', 'weightDecay', 'decayNorms', 'maxGradientNorm', 'lora', 'seed'] as const),
] satisfies readonly (keyof TrainerSettings)[];

/** What a checkpoint says of a training besides its vectors. */
export function describeTraining(settings: TrainerSettings, shape: ModelShape, training: PackedDataset) {
  const decisive = DECISIVE.map((name) => [name, (settings[name] ?? null) as JsonValue] as const);
  return {
    settings: Object.fromEntries(decisive),
    fingerprints: { model: modelFingerprint(shape), data: training.fingerprint },
  };
}

/**
 * Goes on only with what the checkpoint was made with: anything else would be neither the old training nor a new one.
 *
 * @throws ConfigError naming every setting that is different.
 */
export function assertSameTraining(
  { settings, fingerprints }: Pick<TrainingState, 'settings' | 'fingerprints'>,
  now: ReturnType<typeof describeTraining>,
  path: string,
): void {
  const advice = `go on with what it was, or begin anew with resume: false or another checkpoints.directory`;
  const changed = Object.entries(now.settings)
    .filter(([name, value]) => JSON.stringify(settings[name] ?? null) !== JSON.stringify(value))
    .map(([name, value]) => ({
      path: name,
      message: `is ${JSON.stringify(value)}, but the checkpoint ${path} was trained with ${JSON.stringify(settings[name] ?? null)}; ${advice}`,
    }));
  if (fingerprints.model !== now.fingerprints.model)
    changed.push({ path: 'model', message: `is of another shape than the one in the checkpoint ${path}; ${advice}` });
  else if (changed.length === 0 && fingerprints.data !== now.fingerprints.data)
    changed.push({ path: 'conversations', message: `are others than those of the checkpoint ${path}; ${advice}` });
  if (changed.length > 0) throw new ConfigError('Resuming', changed);
}

/** Of a model's architecture. */
export function modelFingerprint(shape: ModelShape): string {
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 32);
}
