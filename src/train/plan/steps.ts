import type { PackedDataset } from '../../data/index.js';
import type { TrainerSettings } from '../config.js';
import type { TrainingData } from '../data.js';
import { type flopsCounter, totalFlops, type WorkLoad } from '../step-flops.js';
import { endsEpoch, isDue, scheduleOf } from '../training-schedule.js';
import type { PlannedSteps } from './plan.js';

/** What all steps come to, and what memory and time follow from. */
export interface WalkedSteps {
  readonly planned: PlannedSteps;
  readonly load: WorkLoad;
  /** Of all evaluations together. */
  readonly evaluated: WorkLoad;
  /** Tokens of a rank's largest micro-batch. */
  readonly largestMicroBatch: number;
  /** Micro-batches that a rank computes in a step, at most. */
  readonly microBatchesOfRank: number;
}

/** Goes through the steps of a training as it would, without taking them. */
export function walkSteps(
  settings: TrainerSettings,
  { training, heldOut }: TrainingData,
  { worldSize, flopsOf }: { readonly worldSize: number; readonly flopsOf: ReturnType<typeof flopsCounter> },
): WalkedSteps {
  const { totalSteps, warmupSteps } = scheduleOf(settings, training);
  const { microBatchTokens } = training.settings;
  const sums = { conversations: 0, tokens: 0, supervisedTokens: 0, microBatches: 0, attendedPairs: 0 };
  let [step, epochs, evaluations, largestMicroBatch, microBatchesOfRank] = [0, 0, 0, 0, 0];
  for (const packed of training.steps()) {
    step++;
    epochs = packed.cursor.epoch + 1;
    sums.conversations += packed.conversations;
    sums.tokens += packed.tokens;
    sums.supervisedTokens += packed.supervisedTokens;
    sums.attendedPairs += packed.attendedPairs;
    sums.microBatches += packed.microBatches.length;
    const ofRank = Math.ceil(packed.microBatches.length / worldSize);
    microBatchesOfRank = Math.max(microBatchesOfRank, ofRank);
    // One rank alone fills micro-batches one after another; several divide a step's tokens evenly.
    const even = Math.ceil(packed.tokens / (ofRank * worldSize));
    const tokens = worldSize === 1 && ofRank > 1 ? microBatchTokens : Math.min(even, microBatchTokens);
    largestMicroBatch = Math.max(largestMicroBatch, tokens);
    const last = step === totalSteps;
    if (heldOut !== undefined && isDue(settings.evaluation.everySteps, step, { last, epochEnded: endsEpoch(packed) }))
      evaluations++;
    if (last) break;
  }
  const flops = totalFlops(flopsOf(sums));
  const { conversations, tokens, supervisedTokens, microBatches } = sums;
  return {
    planned: {
      totalSteps,
      warmupSteps,
      epochs,
      conversations,
      tokens,
      supervisedTokens,
      microBatches,
      microBatchesPerStep: microBatches / totalSteps,
      fill: tokens / (microBatches * microBatchTokens),
      flops,
      flopsPerStep: flops / totalSteps,
      evaluations,
    },
    load: sums,
    evaluated: evaluatedLoad(heldOut, evaluations),
    largestMicroBatch,
    microBatchesOfRank,
  };
}

function evaluatedLoad(heldOut: PackedDataset | undefined, times: number): WorkLoad {
  const load = { tokens: 0, supervisedTokens: 0, attendedPairs: 0 };
  if (heldOut === undefined) return load;
  for (const packed of heldOut.steps()) {
    if (packed.cursor.epoch > 0) break;
    load.tokens += times * packed.tokens;
    load.supervisedTokens += times * packed.supervisedTokens;
    load.attendedPairs += times * packed.attendedPairs;
  }
  return load;
}
