import { VicunaError } from '../../core/index.js';
import type { DecodeRequest } from '../engine.js';

/** Requests of a decoding step, laid out for one call. */
export interface DecodePlan {
  /** New tokens of all sequences end to end. */
  readonly tokens: Int32Array;
  /** Tokens each cache holds before. */
  readonly pasts: Int32Array;
  /** New tokens of each sequence. */
  readonly counts: Int32Array;
}

/** @throws VicunaError `context-overflow` when a cache is too small, `engine-failed` for what cannot be decoded. */
export function planDecoding(requests: readonly DecodeRequest[], vocabularySize: number): DecodePlan {
  const pasts = Int32Array.from(requests, ({ cache }) => cache.length);
  const counts = Int32Array.from(requests, ({ tokens }) => tokens.length);
  const all = new Int32Array(counts.reduce((sum, count) => sum + count, 0));
  let next = 0;
  for (const { cache, tokens } of requests) {
    assertTokens(tokens, vocabularySize);
    if (cache.length + tokens.length > cache.capacity)
      throw new VicunaError(
        'context-overflow',
        `${cache.length} cached and ${tokens.length} new tokens do not fit a cache of ${cache.capacity}. Create it with ` +
          'a larger capacity, or truncate it.',
      );
    all.set(tokens, next);
    next += tokens.length;
  }
  if (new Set(requests.map(({ cache }) => cache)).size < requests.length)
    fail('two requests use the same cache, whose order would be unknown');
  return { tokens: all, pasts, counts };
}

function assertTokens(tokens: Int32Array, vocabularySize: number): void {
  if (tokens.length === 0) fail('a request has no new tokens, so there is nothing to predict after');
  for (const token of tokens)
    if (token < 0 || token >= vocabularySize) fail(`token ${token} is outside the vocabulary of ${vocabularySize}`);
}

function fail(problem: string): never {
  throw new VicunaError('engine-failed', `Nothing was decoded: ${problem}.`);
}
