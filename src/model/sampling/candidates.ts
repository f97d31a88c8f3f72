import { Ranking } from './ranking.js';

// Shapes: V vocabulary.

/** Tokens to draw among, and how much each weighs. */
export interface Candidates {
  readonly ids: readonly number[];
  readonly weights: Float64Array;
}

/** Weights `exp((logit - maximum) / temperature)`: probabilities but for a common factor. */
export function weigh(logits: Float32Array, maximum: number, temperature: number, into: Float64Array): Float64Array {
  for (let index = 0; index < logits.length; index++) into[index] = Math.exp((logits[index]! - maximum) / temperature);
  return into;
}

/**
 * The `count` likeliest tokens.
 *
 * @param count - at most V.
 */
export function topK(logits_V: Float32Array, count: number, maximum: number, temperature: number): Candidates {
  const ranking = new Ranking(logits_V, atMostKth(logits_V, count));
  const ids = Array.from({ length: count }, () => ranking.take());
  const logits = Float32Array.from(ids, (id) => logits_V[id]!);
  return { ids, weights: weigh(logits, maximum, temperature, new Float64Array(count)) };
}

/** The shortest row of likeliest tokens whose weight reaches the share of what all weigh (Holtzman et al. 2020). */
export function topP(
  logits_V: Float32Array,
  weights_V: Float64Array,
  share: number,
  maximum: number,
  temperature: number,
): Candidates {
  const total = sum(weights_V);
  // Past the row lies 1 - share at most, so a token too light to make that up V times over is never in it. Halved for
  // rounding's sake.
  const lightest = ((1 - share) * total) / weights_V.length / 2;
  const ranking = new Ranking(logits_V, maximum + temperature * Math.log(lightest));
  const ids: number[] = [];
  let mass = 0;
  for (let id = ranking.take(); id !== -1 && mass < share * total; id = ranking.take()) {
    ids.push(id);
    mass += weights_V[id]!;
  }
  return { ids, weights: Float64Array.from(ids, (id) => weights_V[id]!) };
}

/** {@link topP} of tokens that are ranked already. */
export function topPOf({ ids, weights }: Candidates, share: number): Candidates {
  const total = sum(weights);
  let count = 0;
  for (let mass = 0; count < weights.length && mass < share * total; count++) mass += weights[count]!;
  return { ids: ids.slice(0, count), weights: weights.subarray(0, count) };
}

export function sum(weights: Float64Array): number {
  let total = 0;
  for (let index = 0; index < weights.length; index++) total += weights[index]!;
  return total;
}

/**
 * A bound that the `count`-th largest logit is not below: the least of the maxima of `count` stretches of the vocabulary.
 * Most tokens lie under it and need not be ranked.
 */
function atMostKth(logits_V: Float32Array, count: number): number {
  const stretch = Math.floor(logits_V.length / count);
  let bound = Number.POSITIVE_INFINITY;
  for (let start = 0; start + stretch <= stretch * count; start += stretch) {
    let maximum = Number.NEGATIVE_INFINITY;
    for (let id = start; id < start + stretch; id++) if (logits_V[id]! > maximum) maximum = logits_V[id]!;
    if (maximum < bound) bound = maximum;
  }
  return bound;
}
