/** Everything needed to continue a random sequence where it stood: four unsigned 32-bit words. @public */
export type RandomState = readonly [a: number, b: number, c: number, counter: number];

/**
 * A seeded random sequence, the same on every platform, that can be saved and continued.
 *
 * The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counting RNG, PractRand), seeded through splitmix32.
 * Not for secrets.
 *
 * @internal
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  private constructor(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#counter] = state.map((word) => word >>> 0) as unknown as [
      number,
      number,
      number,
      number,
    ];
  }

  /**
   * @param seed - any safe integer.
   * @param stream - names an independent sequence of the same seed, for example `shuffle/epoch-3`, so that drawing more
   * in one place never shifts another.
   */
  static fromSeed(seed: number, stream = ''): Random {
    const next = splitmix32(mixString(stream, (seed >>> 0) ^ Math.imul(Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9)));
    const random = new Random([next(), next(), next(), 1]);
    for (let round = 0; round < 12; round++) random.uint32();
    return random;
  }

  static fromState(state: RandomState): Random {
    return new Random(state);
  }

  get state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#counter];
  }

  /** A whole number in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** A number in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** A whole number in [0, bound), every one equally likely. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A normally distributed number, mean 0, standard deviation 1 (Box-Muller, so that the state has no hidden half). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher-Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [items[last], items[other]] = [items[other] as T, items[last] as T];
    }
    return items;
  }
}

/** FNV-1a over UTF-16 units. */
function mixString(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
}
