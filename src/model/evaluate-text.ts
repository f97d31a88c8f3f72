import type { CallOptions } from '../core/index.js';

/** How well a model predicts a text. @public */
export interface TextEvaluation {
  /** Tokens that were predicted. */
  readonly tokens: number;
  /** Mean of `-log p` over them, in nats. */
  readonly loss: number;
  /** `exp(loss)`: as unsure as choosing among so many tokens at random. */
  readonly perplexity: number;
}

/**
 * Evaluates a text of any length in windows that overlap by half, so that every token but the first ones is predicted
 * from at least half a context.
 *
 * @param tokenLosses - losses `[T]` of up to `contextLength` tokens.
 */
export async function evaluateWindows(
  tokens: Int32Array,
  contextLength: number,
  tokenLosses: (window: Int32Array, options: CallOptions) => Promise<Float32Array>,
  { signal, onProgress }: CallOptions,
): Promise<TextEvaluation> {
  let sum = 0;
  let predicted = 1;
  for (let start = 0; predicted < tokens.length; start += Math.ceil(contextLength / 2)) {
    signal?.throwIfAborted();
    const window = tokens.subarray(start, start + contextLength);
    const losses_T = await tokenLosses(window, { signal });
    for (let index = predicted - start; index < window.length; index++) sum += losses_T[index]!;
    predicted = start + window.length;
    onProgress?.({ phase: 'evaluate', done: predicted, total: tokens.length });
  }
  const count = Math.max(0, tokens.length - 1);
  const loss = count === 0 ? 0 : sum / count;
  return { tokens: count, loss, perplexity: Math.exp(loss) };
}
