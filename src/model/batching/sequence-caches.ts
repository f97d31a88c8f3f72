import type { KeyValueCache, ModelWeights } from '../../engine/index.js';
import type { ResolvedBatchingConfig } from './config.js';
import type { BatchHost } from './host.js';
import { PrefixCache, sharedLength } from './prefix-cache.js';
import { RunningSequence, type SequenceRequest } from './sequence.js';
import { isSameStamp, stampOf, type WeightsStamp } from './weights-stamp.js';

/** The caches of a batch: memory for those that run, and what is kept of those that ended. */
export class SequenceCaches {
  readonly #host: BatchHost;
  readonly #config: ResolvedBatchingConfig;
  readonly #all = new Set<KeyValueCache>();
  readonly #prefixes: PrefixCache;
  /** What the kept ones were computed with. */
  #stamp: WeightsStamp = [];
  #reserved = 0;

  constructor(host: BatchHost, config: ResolvedBatchingConfig) {
    this.#host = host;
    this.#config = config;
    this.#prefixes = new PrefixCache(config.prefixCacheBytes, (cache) => this.#release(cache));
  }

  get reservedBytes(): number {
    return this.#reserved;
  }

  get kept(): { readonly tokens: number; readonly bytes: number } {
    return this.#prefixes.usage;
  }

  /** Whether there is memory for a sequence, which is then its own until {@link SequenceCaches.free}. */
  reserve(capacity: number): boolean {
    const bytes = this.#bytes(capacity);
    if (this.#reserved > 0 && this.#reserved + bytes > this.#config.cacheBytes) return false;
    this.#reserved += bytes;
    return true;
  }

  free(capacity: number): void {
    this.#reserved -= this.#bytes(capacity);
  }

  /** How much of the beginning of a prompt is computed already. */
  shared(prompt: Int32Array, running: readonly RunningSequence[]): number {
    return this.#source(prompt, running)?.length ?? 0;
  }

  /** Makes the cache of a sequence for which memory is reserved. To be called in a turn of its own. */
  async begin(request: SequenceRequest, running: readonly RunningSequence[]): Promise<RunningSequence> {
    const { prompt, capacity } = request;
    const { transformer, weights } = this.#host;
    const stamp = stampOf(weights());
    this.#dropStale(stamp);
    const source = this.#source(prompt, running);
    // The last token is computed in any case: its logits are not kept.
    const length = Math.min(source?.length ?? 0, prompt.length - 1);
    const cache =
      source === undefined || length === 0
        ? await transformer.createCache(capacity)
        : await transformer.copyCache(source.cache, length, capacity);
    this.#all.add(cache);
    return new RunningSequence(request, cache, stamp);
  }

  /** Frees what a sequence holds, but for what is worth keeping of it. @param then - when its memory is free. */
  end(sequence: RunningSequence, then: () => void): void {
    const release = () => {
      this.#release(sequence.cache);
      this.free(sequence.request.capacity);
      then();
    };
    // Where nothing is kept nobody copies from it either: it can go at once.
    if (this.#config.prefixCacheBytes === 0 || this.#host.turns.isClosed) release();
    // What cannot be kept, since the weights are away or memory is short, is no loss to anybody.
    else this.#host.turns.exclusive(() => this.#keep(sequence)).then(release, release);
  }

  forget(): void {
    this.#prefixes.clear();
  }

  releaseAll(): void {
    this.#prefixes.clear();
    for (const cache of this.#all) this.#release(cache);
  }

  async #keep(sequence: RunningSequence): Promise<void> {
    if (!isSameStamp(sequence.stamp, stampOf(this.#host.weights()))) return;
    this.#dropStale(sequence.stamp);
    const tokens = sequence.computed.slice();
    const bytes = this.#bytes(tokens.length);
    if (!this.#prefixes.wants(tokens, bytes)) return;
    // A copy of the right size: the sequence's own may be as long as the context.
    const cache = await this.#host.transformer.copyCache(sequence.cache, tokens.length, tokens.length);
    this.#all.add(cache);
    this.#prefixes.keep({ tokens, cache, bytes });
  }

  /** Whose cache begins most as a prompt does, and for how many tokens. */
  #source(
    prompt: Int32Array,
    running: readonly RunningSequence[],
  ): { readonly cache: KeyValueCache; readonly length: number } | undefined {
    if (this.#config.prefixCacheBytes === 0) return undefined;
    const weights = this.#weights();
    if (weights === undefined) return undefined;
    const now = stampOf(weights);
    const found = isSameStamp(this.#stamp, now) ? this.#prefixes.find(prompt) : undefined;
    let best = found && { cache: found.kept.cache, length: found.length };
    for (const { computed, cache, stamp } of running) {
      const length = sharedLength(computed, prompt);
      if (length > (best?.length ?? 0) && isSameStamp(stamp, now)) best = { cache, length };
    }
    return best;
  }

  /** Drops what was computed with other weights. Only in a turn of its own: nobody is copying from it then. */
  #dropStale(stamp: WeightsStamp): void {
    if (!isSameStamp(this.#stamp, stamp)) this.#prefixes.clear();
    this.#stamp = stamp;
  }

  /** The weights, unless they are elsewhere. */
  #weights(): ModelWeights | undefined {
    try {
      return this.#host.weights();
    } catch {
      return undefined;
    }
  }

  #bytes(capacity: number): number {
    const { layers, keyValueHeads, headSize } = this.#host.transformer.shape;
    return 2 * layers * keyValueHeads * headSize * Float32Array.BYTES_PER_ELEMENT * capacity;
  }

  #release(cache: KeyValueCache): void {
    if (this.#all.delete(cache)) this.#host.release(cache);
  }
}
