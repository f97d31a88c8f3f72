import type { KeyValueCache } from '../../engine/index.js';
import type { WeightsStamp } from './weights-stamp.js';

/** What a call wants to be computed. */
export interface SequenceRequest {
  /** At least one token. */
  readonly prompt: Int32Array;
  /** Tokens that will be computed at most, the prompt's included. */
  readonly capacity: number;
  readonly signal: AbortSignal;
}

/** Logits `[V]` after everything that is known, or `undefined` after only a part of the prompt. */
export type Advance = Float32Array | undefined;

interface Waiter {
  readonly resolve: (result: Advance) => void;
  readonly reject: (reason: unknown) => void;
}

/** A call's place in the batch: its tokens, its cache, and who waits for the next logits. */
export class RunningSequence {
  readonly request: SequenceRequest;
  readonly cache: KeyValueCache;
  /** What the cache began with, computed by others. */
  readonly cachedTokens: number;
  readonly stamp: WeightsStamp;
  /** Its tokens are in the step being computed. */
  isInStep = false;
  readonly #tokens: Int32Array;
  #known: number;
  #waiter: Waiter | undefined;

  constructor(request: SequenceRequest, cache: KeyValueCache, stamp: WeightsStamp) {
    this.request = request;
    this.cache = cache;
    this.cachedTokens = cache.length;
    this.stamp = stamp;
    this.#tokens = new Int32Array(request.capacity);
    this.#tokens.set(request.prompt);
    this.#known = request.prompt.length;
  }

  /** Tokens that are known and not computed. */
  get pending(): number {
    return this.#known - this.cache.length;
  }

  /** Tokens that its cache holds. */
  get computed(): Int32Array {
    return this.#tokens.subarray(0, this.cache.length);
  }

  get isWaiting(): boolean {
    return this.#waiter !== undefined;
  }

  /** The next `count` tokens to compute. */
  next(count: number): Int32Array {
    return this.#tokens.subarray(this.cache.length, this.cache.length + count);
  }

  add(token: number): void {
    this.#tokens[this.#known++] = token;
  }

  wait(): Promise<Advance> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  resolve(result: Advance): void {
    this.#take()?.resolve(result);
  }

  reject(reason: unknown): void {
    this.#take()?.reject(reason);
  }

  #take(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }
}
