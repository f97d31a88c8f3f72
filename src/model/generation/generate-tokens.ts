import type { Progress } from '../../core/index.js';
import type { KeyValueCache } from '../../engine/index.js';
import { type SamplerSettings, TokenSampler } from '../sampling/sampler.js';
import type { DecodeQueue } from './decode-queue.js';

/** Prompt tokens computed between two looks at the signal. */
const PREFILL_CHUNK = 256;

/** Where tokens are computed and the caches they need are kept. */
export interface GenerationHost {
  readonly queue: DecodeQueue;
  readonly vocabularySize: number;
  createCache(capacity: number): Promise<KeyValueCache>;
  releaseCache(cache: KeyValueCache): void;
}

export interface TokenGeneration {
  /** At least one token, at most as many as the context holds. */
  readonly prompt: Int32Array;
  /** Most tokens to draw, at least one. */
  readonly maxTokens: number;
  readonly endTokenIds: ReadonlySet<number>;
  readonly settings: SamplerSettings;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Continues a prompt token by token with a cache of its own, which is released however this ends.
 *
 * @returns after `maxTokens` tokens, or after an end token, which is yielded too.
 */
export async function* generateTokens(
  host: GenerationHost,
  { prompt, maxTokens, endTokenIds, settings, signal, onProgress }: TokenGeneration,
): AsyncGenerator<number, void, undefined> {
  const sampler = new TokenSampler(settings, host.vocabularySize, prompt);
  // The last token drawn is never computed.
  const cache = await host.createCache(prompt.length + maxTokens - 1);
  try {
    let logits_V: Float32Array = new Float32Array();
    for (let done = 0; done < prompt.length; done += PREFILL_CHUNK) {
      const tokens = prompt.subarray(done, done + PREFILL_CHUNK);
      logits_V = await host.queue.decode({ cache, tokens }, signal);
      onProgress?.({ phase: 'prompt', done: done + tokens.length, total: prompt.length });
    }
    for (let drawn = 1; ; drawn++) {
      const token = sampler.next(logits_V);
      onProgress?.({ phase: 'reply', done: drawn, total: maxTokens });
      yield token;
      if (drawn === maxTokens || endTokenIds.has(token)) return;
      logits_V = await host.queue.decode({ cache, tokens: Int32Array.of(token) }, signal);
    }
  } finally {
    host.releaseCache(cache);
  }
}
