import type { PackedDataset } from '../data/index.js';
import type { EvaluationEndEvent } from './events.js';
import { forwardLoss, type Pass } from './loop.js';

/** Measures the model on every example of a dataset once. */
export async function evaluate(pass: Pass, dataset: PackedDataset, step: number): Promise<EvaluationEndEvent> {
  let lossSum = 0;
  for (const packed of dataset.steps()) {
    if (packed.cursor.epoch > 0) break;
    for (const examples of packed.microBatches) lossSum += await forwardLoss(pass, await dataset.load(examples));
  }
  const { conversations, supervisedTokens } = dataset;
  const loss = lossSum / supervisedTokens;
  return { type: 'evaluation-end', step, loss, perplexity: Math.exp(loss), conversations, supervisedTokens };
}
