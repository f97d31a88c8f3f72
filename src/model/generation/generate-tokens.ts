import type { Progress } from '../../core/index.js';
import type { OpenSequence } from '../batching/scheduler.js';
import { type Draw, type SamplerJob, TokenSampler } from '../sampling/sampler.js';

export interface TokenGeneration extends SamplerJob {
  /** At least one token, at most as many as the context holds. */
  readonly prompt: Int32Array;
  /** Most tokens to draw, at least one. */
  readonly maxTokens: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Continues a prompt token by token.
 *
 * @param sequence - of the prompt; stays the caller's to leave.
 * @returns after `maxTokens` tokens, after an end token, which is yielded too, or where a constraint is complete.
 */
export async function* generateTokens(
  sequence: OpenSequence,
  job: TokenGeneration,
): AsyncGenerator<Draw, void, undefined> {
  const { prompt, maxTokens, endTokenIds, onProgress } = job;
  const sampler = new TokenSampler(job);
  let logits_V: Float32Array | undefined;
  do {
    logits_V = await sequence.advance();
    onProgress?.({ phase: 'prompt', done: sequence.computedTokens, total: prompt.length });
  } while (logits_V === undefined);
  for (let drawn = 1; ; drawn++) {
    const draw = sampler.next(logits_V);
    onProgress?.({ phase: 'reply', done: drawn, total: maxTokens });
    yield draw;
    // The last token drawn is never computed.
    if (drawn === maxTokens || endTokenIds.has(draw.token) || sampler.isComplete) return;
    sequence.add(draw.token);
    logits_V = (await sequence.advance())!;
  }
}
