import { sum, topK, weigh } from './candidates.js';

// Shapes: V vocabulary.

/** A token and the natural logarithm of its probability. */
export interface LikelyToken {
  readonly token: number;
  readonly logprob: number;
}

/** How likely a model finds what may come next. */
export interface LogProbabilities {
  of(token: number): number;
  /** Most likely first, equal ones by id. */
  readonly likeliest: readonly LikelyToken[];
}

/**
 * @param logits_V - of the model, before penalties, temperature and constraints; may change afterwards.
 * @param maximum - the largest of them.
 * @param count - how many of the likeliest are wanted.
 */
export function logProbabilities(logits_V: Float32Array, maximum: number, count: number): LogProbabilities {
  const total = maximum + Math.log(sum(weigh(logits_V, maximum, 1, new Float64Array(logits_V.length))));
  const original_V = logits_V.slice();
  const of = (token: number) => original_V[token]! - total;
  const ids = count === 0 ? [] : topK(original_V, Math.min(count, original_V.length), maximum, 1).ids;
  return { of, likeliest: ids.map((token) => ({ token, logprob: of(token) })) };
}
