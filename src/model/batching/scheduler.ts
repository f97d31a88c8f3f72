import type { ResolvedBatchingConfig } from './config.js';
import type { BatchHost } from './host.js';
import type { ModelLoad } from './load.js';
import { planStep } from './plan-step.js';
import { sharedLength } from './prefix-cache.js';
import type { Advance, RunningSequence, SequenceRequest } from './sequence.js';
import { SequenceCaches } from './sequence-caches.js';

/** Tokens in common from which on it is quicker to wait for another call's prompt than to compute the same once more. */
const WORTH_WAITING = 32;

/** A call's place in the batch, as the call sees it. */
export interface OpenSequence {
  /** Tokens of the prompt that did not have to be computed; `undefined` where nothing is shared. */
  readonly cachedTokens: number | undefined;
  /** Tokens that have been computed, those included. */
  readonly computedTokens: number;
  /** Computes on. @returns logits `[V]`, the caller's to change, or `undefined` after only a part of the prompt. */
  advance(): Promise<Advance>;
  /** Adds a token, to be computed by the next {@link OpenSequence.advance}. */
  add(token: number): void;
  /** Gives the place back; nothing may be asked afterwards. */
  leave(): void;
}

interface WaitingCall {
  readonly request: SequenceRequest;
  readonly resolve: (sequence: OpenSequence) => void;
  readonly reject: (reason: unknown) => void;
  readonly stopWatching: () => void;
}

/**
 * Continuous batching (Yu et al. 2022, Orca): calls join and leave between any two steps, and a step reads the weights once
 * for all of them. See {@link BatchingConfig} for who gets what.
 */
export class Scheduler {
  readonly #host: BatchHost;
  readonly #config: ResolvedBatchingConfig;
  readonly #caches: SequenceCaches;
  readonly #running = new Set<RunningSequence>();
  /** Calls whose cache is being made. */
  readonly #joining = new Set<WaitingCall>();
  #waiting: readonly WaitingCall[] = [];
  #isScheduled = false;
  #closed: { readonly reason: unknown } | undefined;

  constructor(host: BatchHost, config: ResolvedBatchingConfig) {
    this.#host = host;
    this.#config = config;
    this.#caches = new SequenceCaches(host, config);
  }

  get load(): ModelLoad {
    const { stepTokens, maximumSequences, cacheBytes } = this.#config;
    const kept = this.#caches.kept;
    return {
      running: this.#running.size + this.#joining.size,
      waiting: this.#waiting.length,
      cachedTokens: [...this.#running].reduce((sum, { cache }) => sum + cache.length, 0),
      reservedBytes: this.#caches.reservedBytes,
      cacheBytes,
      keptTokens: kept.tokens,
      keptBytes: kept.bytes,
      stepTokens,
      maximumSequences,
    };
  }

  /**
   * Waits for a place in the batch and for memory.
   *
   * @param request - its signal ends waiting at once, and computing before the next step.
   */
  open(request: SequenceRequest): Promise<OpenSequence> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
    if (request.signal.aborted) return Promise.reject(request.signal.reason);
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((other) => other !== call);
        reject(request.signal.reason);
        this.#admit();
      };
      const stopWatching = () => request.signal.removeEventListener('abort', giveUp);
      const call = { request, resolve, reject, stopWatching };
      request.signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting = [...this.#waiting, call];
      this.#admit();
    });
  }

  /** Forgets what was kept of calls that ended: the weights are about to change, or to leave. */
  forget(): void {
    this.#caches.forget();
  }

  /** Refuses whatever waits or comes later; resolves when nothing is computed any more and every cache is released. */
  async close(reason: unknown): Promise<void> {
    this.#closed ??= { reason };
    for (const { reject, stopWatching } of this.#waiting) {
      stopWatching();
      reject(reason);
    }
    this.#waiting = [];
    for (const sequence of this.#running) if (!sequence.isInStep) sequence.reject(reason);
    await this.#host.turns.close(reason);
    this.#caches.releaseAll();
  }

  /** Lets calls in, in their order, as long as there is a place and memory. */
  #admit(): void {
    for (const call of this.#waiting) {
      if (this.#running.size + this.#joining.size >= this.#config.maximumSequences) return;
      // It loses its turn to those behind, not its place.
      if (this.#isBeingComputed(call.request.prompt)) continue;
      if (!this.#caches.reserve(call.request.capacity)) return;
      this.#waiting = this.#waiting.filter((other) => other !== call);
      call.stopWatching();
      this.#joining.add(call);
      void this.#join(call);
    }
  }

  async #join(call: WaitingCall): Promise<void> {
    const { request, resolve, reject } = call;
    try {
      const sequence = await this.#host.turns.exclusive(async () => {
        request.signal.throwIfAborted();
        return this.#caches.begin(request, [...this.#running]);
      });
      this.#running.add(sequence);
      resolve(this.#open(sequence));
    } catch (error) {
      this.#caches.free(request.capacity);
      reject(error);
    }
    this.#joining.delete(call);
    this.#admit();
  }

  #open(sequence: RunningSequence): OpenSequence {
    const { signal } = sequence.request;
    const abort = () => {
      if (!sequence.isInStep) sequence.reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    return {
      cachedTokens: this.#config.prefixCacheBytes === 0 ? undefined : sequence.cachedTokens,
      get computedTokens() {
        return sequence.cache.length;
      },
      add: (token) => sequence.add(token),
      advance: () => {
        if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
        if (signal.aborted) return Promise.reject(signal.reason);
        const result = sequence.wait();
        this.#schedule();
        return result;
      },
      leave: () => {
        signal.removeEventListener('abort', abort);
        if (!this.#running.delete(sequence)) return;
        this.#caches.end(sequence, () => this.#admit());
      },
    };
  }

  #schedule(): void {
    if (this.#isScheduled || this.#closed !== undefined) return;
    this.#isScheduled = true;
    // The step settles its sequences itself and never rejects.
    void this.#host.turns.exclusive(async () => {
      // Whoever was given logits by the step before has a turn to draw, and to come back for this one.
      await new Promise((resolve) => setImmediate(resolve));
      this.#isScheduled = false;
      await this.#step();
    });
  }

  async #step(): Promise<void> {
    const sequences = [...this.#running].filter(({ isWaiting }) => isWaiting);
    if (sequences.length === 0 || this.#closed !== undefined) return;
    const pending = sequences.map((sequence) => sequence.pending);
    const counts = planStep(pending, this.#config.stepTokens);
    const requests = sequences.map((sequence, index) => ({
      cache: sequence.cache,
      tokens: sequence.next(counts[index]!),
    }));
    for (const sequence of sequences) sequence.isInStep = true;
    const start = performance.now();
    const settle = (sequence: RunningSequence, end: () => void) => {
      sequence.isInStep = false;
      const { signal } = sequence.request;
      if (this.#closed !== undefined) sequence.reject(this.#closed.reason);
      else if (signal.aborted) sequence.reject(signal.reason);
      else end();
    };
    try {
      const logits = await this.#host.transformer.decode(this.#host.weights(), requests);
      for (const [index, sequence] of sequences.entries())
        settle(sequence, () => sequence.resolve(sequence.pending === 0 ? logits[index] : undefined));
    } catch (error) {
      for (const sequence of sequences) settle(sequence, () => sequence.reject(error));
      return;
    }
    const replyTokens = sequences.filter(({ request, cache }) => cache.length > request.prompt.length).length;
    const promptTokens = counts.reduce((sum, count) => sum + count, 0) - replyTokens;
    const seconds = (performance.now() - start) / 1000;
    this.#host.onStep?.({ sequences: sequences.length, promptTokens, replyTokens, seconds });
    // What was just computed may be what another call waits to begin with.
    this.#admit();
  }

  /** Whether a running call is about to compute much of what a prompt begins with. */
  #isBeingComputed(prompt: Int32Array): boolean {
    if (this.#config.prefixCacheBytes === 0) return false;
    const unread = [...this.#running].filter(({ cache, request }) => cache.length < request.prompt.length);
    const others = [...unread, ...this.#joining].map(({ request }) => sharedLength(request.prompt, prompt));
    if (!others.some((length) => length > WORTH_WAITING)) return false;
    const known = this.#caches.shared(prompt, [...this.#running]);
    return others.some((length) => length - known > WORTH_WAITING);
  }
}
