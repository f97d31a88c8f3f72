import { Random } from '../../core/index.js';

/**
 * So many of each kind of things, every one of a kind as likely as the others, in the order they came (reservoir sampling,
 * Vitter 1985). The same things and seed give the same samples.
 */
export class Samples<Kind extends string, Item> {
  readonly #limit: number;
  readonly #seed: number;
  readonly #kinds = new Map<Kind, { seen: number; readonly random: Random; readonly kept: [number, Item][] }>();

  constructor(limit: number, seed: number) {
    this.#limit = limit;
    this.#seed = seed;
  }

  /** @param make - called only where the thing is taken. */
  offer(kind: Kind, make: () => Item): void {
    let of = this.#kinds.get(kind);
    if (of === undefined) {
      of = { seen: 0, random: Random.fromSeed(this.#seed, `samples/${kind}`), kept: [] };
      this.#kinds.set(kind, of);
    }
    const number = of.seen++;
    const place = number < this.#limit ? number : of.random.integer(of.seen);
    if (place < this.#limit) of.kept[place] = [number, make()];
  }

  of(kind: Kind): Item[] {
    const kept = this.#kinds.get(kind)?.kept ?? [];
    return kept.toSorted(([one], [other]) => one - other).map(([, item]) => item);
  }
}
