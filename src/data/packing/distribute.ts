import type { StepPlan } from './plan.js';

/**
 * Divides a step's examples among ranks so that none waits for another: every rank gets as many micro-batches, and about
 * as many tokens, as the others. Longest first, each where the least is (Graham 1969).
 *
 * @param microBatches - the step on one rank.
 * @param lengths - of every example, by its number; none above `capacity`.
 * @returns each rank's micro-batches; empty ones where there are fewer examples than micro-batches.
 */
export function distributeStep(
  microBatches: StepPlan,
  lengths: Int32Array,
  { worldSize, capacity }: { readonly worldSize: number; readonly capacity: number },
): StepPlan[] {
  if (worldSize === 1) return [microBatches];
  const examples = microBatches.flat().toSorted((a, b) => lengths[b]! - lengths[a]!);
  for (let perRank = Math.ceil(microBatches.length / worldSize); ; perRank++) {
    const bins = fillLeast(examples, lengths, { bins: perRank * worldSize, capacity });
    if (bins === undefined) continue;
    return divide(bins, lengths, worldSize);
  }
}

/** @returns `undefined` when an example fits into none. */
function fillLeast(
  examples: readonly number[],
  lengths: Int32Array,
  { bins, capacity }: { readonly bins: number; readonly capacity: number },
): number[][] | undefined {
  const filled = Array.from({ length: bins }, () => ({ tokens: 0, examples: [] as number[] }));
  for (const example of examples) {
    const least = filled.reduce((a, b) => (b.tokens < a.tokens ? b : a));
    if (least.tokens + lengths[example]! > capacity) return undefined;
    least.tokens += lengths[example]!;
    least.examples.push(example);
  }
  return filled.map((bin) => bin.examples);
}

/** As many bins to every rank; the fullest goes where the least is. */
function divide(bins: readonly number[][], lengths: Int32Array, worldSize: number): number[][][] {
  const tokensOf = (bin: readonly number[]) => bin.reduce((sum, example) => sum + lengths[example]!, 0);
  const perRank = bins.length / worldSize;
  const ranks = Array.from({ length: worldSize }, () => ({ tokens: 0, bins: [] as number[][] }));
  for (const bin of bins.toSorted((a, b) => tokensOf(b) - tokensOf(a))) {
    const open = ranks.filter((rank) => rank.bins.length < perRank);
    const least = open.reduce((a, b) => (b.tokens < a.tokens ? b : a));
    least.bins.push(bin);
    least.tokens += tokensOf(bin);
  }
  return ranks.map((rank) => rank.bins);
}
