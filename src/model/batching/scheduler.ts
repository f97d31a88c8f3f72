import type { DecodeRequest, ModelWeights, Transformer } from '../../engine/index.js';

/** Tokens of one step over all sequences: enough to keep a processor busy, few enough that nobody waits long. */
const STEP_TOKENS = 512;

interface Waiting extends DecodeRequest {
  readonly signal: AbortSignal;
  readonly resolve: (logits_V: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gives an engine one call of a model at a time. Sequences that wait for their next token are computed together, so that
 * several chats read the weights once a step instead of once each.
 */
export class DecodeQueue {
  readonly #transformer: Transformer;
  readonly #weights: () => ModelWeights;
  #waiting: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #closed: { readonly reason: unknown } | undefined;

  /** @param weights - throws where they cannot be used now. */
  constructor(transformer: Transformer, weights: () => ModelWeights) {
    this.#transformer = transformer;
    this.#weights = weights;
  }

  /**
   * Adds tokens to a sequence.
   *
   * @param signal - takes a request that has not begun out of the queue. One that has begun is finished first, so its
   * cache can be released as soon as this settles.
   * @returns the logits `[V]` after the last token; the caller's to change.
   */
  decode(request: DecodeRequest, signal: AbortSignal): Promise<Float32Array> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...request, signal, resolve, reject });
      if (this.#waiting.length === 1) this.#schedule();
    });
  }

  /** Runs a job while no other touches the engine through this model. */
  exclusive<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Refuses whatever has not begun and whatever comes later; resolves when nothing is being computed any more. */
  async close(reason: unknown): Promise<void> {
    this.#closed = { reason };
    for (const { reject } of this.#waiting) reject(reason);
    this.#waiting = [];
    await this.#last;
  }

  #schedule(): void {
    // The step settles its requests itself and never rejects.
    void this.exclusive(() => this.#step());
  }

  async #step(): Promise<void> {
    const requests = this.#takeStep();
    if (requests.length === 0) return;
    try {
      const logits = await this.#transformer.decode(this.#weights(), requests);
      for (const [index, { resolve }] of requests.entries()) resolve(logits[index]!);
    } catch (error) {
      for (const { reject } of requests) reject(error);
    }
  }

  /** Takes requests in their order until the step is full; the rest wait for the next. */
  #takeStep(): Waiting[] {
    const waiting = this.#waiting.filter(({ signal, reject }) => {
      if (signal.aborted) reject(signal.reason);
      return !signal.aborted;
    });
    let tokens = 0;
    const fitting = waiting.findIndex((request, index) => {
      tokens += request.tokens.length;
      return index > 0 && tokens > STEP_TOKENS;
    });
    const requests = waiting.slice(0, fitting === -1 ? waiting.length : fitting);
    this.#waiting = waiting.slice(requests.length);
    if (this.#waiting.length > 0) this.#schedule();
    return requests;
  }
}
