import type { TriedLearningRate } from './config.js';

/** What a loss before the last counts of what the last counts. */
const MEMORY = 0.8;
/** The first steps are noise around the loss that training begins with. */
const SKIPPED = 3;

/** The mean of losses so far, older ones counting less (Kingma and Ba 2015, 3, for the first ones). */
export function smoothed(): (loss: number) => number {
  let mean = 0;
  let weight = 0;
  return (loss) => {
    mean = MEMORY * mean + (1 - MEMORY) * loss;
    weight = MEMORY * weight + (1 - MEMORY);
    return mean / weight;
  };
}

/** Where the smoothed loss falls fastest on its way to the lowest; `undefined` where it does not fall. */
export function suggestedOf(tried: readonly TriedLearningRate[]): number | undefined {
  const losses = tried.map(({ smoothedLoss }) => smoothedLoss);
  const lowest = losses.indexOf(Math.min(...losses));
  let steepest: number | undefined;
  let slope = 0;
  for (let at = SKIPPED; at < lowest; at++) {
    const own = (losses[at + 1]! - losses[at - 1]!) / 2;
    if (own < slope) [steepest, slope] = [at, own];
  }
  return steepest === undefined ? undefined : tried[steepest]!.learningRate;
}
