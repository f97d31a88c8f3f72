import type { KeyValueCache } from '../../engine/index.js';

/** What is kept of a sequence that ended. */
export interface KeptPrefix {
  readonly tokens: Int32Array;
  /** Holds exactly these tokens. */
  readonly cache: KeyValueCache;
  readonly bytes: number;
}

/** Caches of sequences that ended, within a bound of memory: the least recently used go first. */
export class PrefixCache {
  readonly #bytes: number;
  readonly #release: (cache: KeyValueCache) => void;
  /** Least recently used first. */
  #kept: readonly KeptPrefix[] = [];

  constructor(bytes: number, release: (cache: KeyValueCache) => void) {
    this.#bytes = bytes;
    this.#release = release;
  }

  get usage(): { readonly tokens: number; readonly bytes: number } {
    const sum = (of: (kept: KeptPrefix) => number) => this.#kept.reduce((total, kept) => total + of(kept), 0);
    return { tokens: sum(({ tokens }) => tokens.length), bytes: sum(({ bytes }) => bytes) };
  }

  /** The one that shares most with the beginning of `tokens`, and how many it shares; it counts as used. */
  find(tokens: Int32Array): { readonly kept: KeptPrefix; readonly length: number } | undefined {
    let best: { readonly kept: KeptPrefix; readonly length: number } | undefined;
    for (const kept of this.#kept) {
      const length = sharedLength(kept.tokens, tokens);
      if (length > (best?.length ?? 0)) best = { kept, length };
    }
    if (best !== undefined) this.#kept = [...this.#kept.filter((kept) => kept !== best?.kept), best.kept];
    return best;
  }

  /** Whether keeping a sequence would be of use: it fits, and no other holds all of it. */
  wants(tokens: Int32Array, bytes: number): boolean {
    if (tokens.length === 0 || bytes > this.#bytes) return false;
    return (this.find(tokens)?.length ?? 0) < tokens.length;
  }

  /** Takes a cache over, in the place of those that hold only its beginning. */
  keep(kept: KeptPrefix): void {
    this.#drop((other) => sharedLength(other.tokens, kept.tokens) === other.tokens.length);
    let room = this.#bytes - this.usage.bytes - kept.bytes;
    this.#drop(({ bytes }) => {
      if (room >= 0) return false;
      room += bytes;
      return true;
    });
    this.#kept = [...this.#kept, kept];
  }

  clear(): void {
    this.#drop(() => true);
  }

  #drop(isDropped: (kept: KeptPrefix) => boolean): void {
    this.#kept = this.#kept.filter((kept) => {
      if (!isDropped(kept)) return true;
      this.#release(kept.cache);
      return false;
    });
  }
}

/** How many tokens two sequences begin with in common. */
export function sharedLength(left: Int32Array, right: Int32Array): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length++;
  return length;
}
