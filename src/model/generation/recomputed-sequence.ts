import type { OpenSequence, Scheduler } from '../batching/scheduler.js';
import type { SequenceRequest } from '../batching/sequence.js';

/** Computes logits `[V]` of what follows a sequence of tokens, from the first on. */
export type NextLogits = (tokens: Int32Array) => Promise<Float32Array>;

/** Gives calls their sequences where weights are out of reach: whoever has them computes. */
export function recomputing(next: NextLogits): Pick<Scheduler, 'open'> {
  return { open: async (request) => new RecomputedSequence(request, next) };
}

/** A sequence without a cache: every token costs a pass over all before it. */
class RecomputedSequence implements OpenSequence {
  readonly cachedTokens = undefined;
  computedTokens = 0;
  readonly #next: NextLogits;
  readonly #tokens: Int32Array;
  #known: number;

  constructor({ prompt, capacity }: SequenceRequest, next: NextLogits) {
    this.#next = next;
    this.#tokens = new Int32Array(capacity);
    this.#tokens.set(prompt);
    this.#known = prompt.length;
  }

  async advance(): Promise<Float32Array> {
    const logits_V = await this.#next(this.#tokens.slice(0, this.#known));
    this.computedTokens = this.#known;
    return logits_V;
  }

  add(token: number): void {
    this.#tokens[this.#known++] = token;
  }

  leave(): void {}
}
