import { Random } from '../../core/index.js';
import { bestFitDecreasing } from './best-fit.js';
import type { PackingSettings } from './config.js';

/** The examples of each micro-batch of a step. @public */
export type StepPlan = readonly (readonly number[])[];

/**
 * Decides which examples meet in which step and micro-batch of an epoch, from their lengths alone. The same lengths,
 * settings and epoch give the same plan; every example is in it once.
 */
export function planEpoch(lengths: Int32Array, settings: PackingSettings, epoch: number): StepPlan[] {
  const order = Array.from(lengths.keys());
  const random = Random.fromSeed(settings.seed, `packing/epoch-${epoch}`);
  if (settings.shuffle) random.shuffle(order);
  return settings.batchTokens > 0
    ? planByTokens(order, lengths, settings, random)
    : planByConversations(order, lengths, settings);
}

/** A step is the next so many conversations, whatever their lengths. */
function planByConversations(order: number[], lengths: Int32Array, settings: PackingSettings): StepPlan[] {
  const { batchConversations, microBatchTokens } = settings;
  const steps: StepPlan[] = [];
  for (let start = 0; start < order.length; start += batchConversations)
    steps.push(bestFitDecreasing(order.slice(start, start + batchConversations), lengths, microBatchTokens));
  return steps;
}

/** A step is the next so many full micro-batches; these are packed a window of examples at a time. */
function planByTokens(order: number[], lengths: Int32Array, settings: PackingSettings, random: Random): StepPlan[] {
  const { batchTokens, microBatchTokens, shuffleWindow, shuffle } = settings;
  const microBatches: number[][] = [];
  let pool: number[] = [];
  for (let start = 0; start < order.length; start += shuffleWindow) {
    const end = start + shuffleWindow;
    const packed = bestFitDecreasing([...pool, ...order.slice(start, end)], lengths, microBatchTokens);
    // The emptiest micro-batch waits for the next window, which may fill it.
    pool = end < order.length ? packed.pop()! : [];
    // Packed by length, neighbours would be alike.
    microBatches.push(...(shuffle ? random.shuffle(packed) : packed));
  }
  const perStep = Math.floor(batchTokens / microBatchTokens);
  const steps: StepPlan[] = [];
  for (let start = 0; start < microBatches.length; start += perStep)
    steps.push(microBatches.slice(start, start + perStep));
  return steps;
}
