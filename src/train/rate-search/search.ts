import type { Resolved } from '../../core/index.js';
import type { VicunaModel } from '../../model/index.js';
import { TrainingDivergedError } from '../errors.js';
import type { TrainingJob } from '../job.js';
import { trainingRun } from '../training-run.js';
import type { LearningRateEvent, LearningRateSearch, LearningRateSearchConfig, TriedLearningRate } from './config.js';
import { smoothed, suggestedOf } from './curve.js';

// A loss that is so many times the lowest does not come back at a higher rate.
const RUNAWAY = 3;

/**
 * Trains with a learning rate that rises by the same factor from step to step (Smith 2017, "Cyclical learning rates",
 * 3.3), and puts the weights back as they were. No file is written.
 */
export async function* searchLearningRate(
  job: TrainingJob,
  search: Resolved<LearningRateSearchConfig>,
): AsyncGenerator<LearningRateEvent, LearningRateSearch, undefined> {
  // An adapter is made anew for each training; the weights beneath it stay.
  const restore = job.settings.lora === undefined ? await copyOf(job.model) : undefined;
  try {
    return yield* tryRates(job, search);
  } finally {
    await restore?.();
  }
}

async function* tryRates(
  job: TrainingJob,
  { from, to, steps }: Resolved<LearningRateSearchConfig>,
): AsyncGenerator<LearningRateEvent, LearningRateSearch, undefined> {
  const tried: TriedLearningRate[] = [];
  const smooth = smoothed();
  let lowest: TriedLearningRate | undefined;
  let diverged: number | undefined;
  const factor = (to / from) ** (1 / (steps - 1));
  try {
    for await (const event of trainingRun(risingJob(job, { from, to: to * factor, steps: steps + 1 }))) {
      if (event.type !== 'step-end') continue;
      const { step, learningRate, loss } = event;
      const point = { step, learningRate, loss, smoothedLoss: smooth(loss) };
      tried.push(point);
      yield { type: 'rate-tried', ...point };
      if (lowest === undefined || point.smoothedLoss < lowest.smoothedLoss) lowest = point;
      if (point.smoothedLoss > RUNAWAY * lowest.smoothedLoss) diverged = learningRate;
      // Before the training's own last step, after which it would save the model.
      if (step === steps || diverged !== undefined) break;
    }
  } catch (error) {
    if (!(error instanceof TrainingDivergedError) || tried.length === 0) throw error;
    diverged = tried.at(-1)!.learningRate * factor;
  }
  const suggested = suggestedOf(tried);
  return {
    tried,
    ...(suggested !== undefined && { suggested }),
    lowest: lowest!.learningRate,
    ...(diverged !== undefined && { diverged }),
  };
}

/** The same training with other rates, that leaves no trace. */
function risingJob(
  job: TrainingJob,
  { from, to, steps }: { readonly from: number; readonly to: number; readonly steps: number },
): TrainingJob {
  const { samples: _, ...settings } = job.settings;
  const { onProgress } = job;
  return {
    ...job,
    settings: {
      ...settings,
      schedule: 'exponential',
      learningRate: to,
      minimumLearningRate: from,
      warmupRatio: 0,
      warmupSteps: 0,
      maxSteps: steps,
      // The same conversations are held out as in the training itself, and not looked at.
      evaluation: { ...settings.evaluation, everySteps: Number.MAX_SAFE_INTEGER },
      checkpoints: false,
      resume: false,
      eventLog: false,
      tensorboard: false,
    },
    onProgress: (progress) =>
      onProgress?.(
        progress.phase === 'train' ? { phase: 'try-rates', done: progress.done, total: steps - 1 } : progress,
      ),
  };
}

/** @returns what makes the weights as they are now */
async function copyOf(model: VicunaModel): Promise<() => Promise<void>> {
  const copies: Float32Array[] = [];
  for (const vector of model.parameters) copies.push(await model.engine.download(vector));
  return async () => {
    // They may be other vectors by then: ranks that divide the weights take them and give new ones back.
    for (const [block, vector] of model.parameters.entries()) await model.engine.write(vector, copies[block]!);
  };
}
