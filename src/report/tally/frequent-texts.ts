/** A text and how often it came. @public */
export interface FrequentText {
  /** In the letters in which it came first. */
  readonly text: string;
  /** At least how often. Exact while fewer than a thousand different texts came. */
  readonly count: number;
}

interface Counter {
  readonly text: string;
  count: number;
  /** How often others were counted before this one took their place. */
  overcount: number;
}

/**
 * Finds the most frequent of any number of texts with a bounded number of counters: the rarest makes room for a new text
 * and leaves it its count (Space-Saving, Metwally, Agrawal and El Abbadi 2005). Of n texts none that came more than
 * n / capacity times is missed; what is reported is a lower bound.
 */
export class FrequentTexts {
  readonly #capacity: number;
  readonly #counters = new Map<string, Counter>();
  /** Counters by their counts, so that the rarest is found without a search. */
  readonly #byCount = new Map<number, Set<Counter>>();
  #lowest = 1;

  constructor(capacity = 1000) {
    this.#capacity = capacity;
  }

  /** @param text - as it is to be shown; the same words in other letters or spacing count as the same text. */
  add(text: string): void {
    const key = text.toLowerCase();
    const known = this.#counters.get(key);
    if (known !== undefined) this.#count(known, known.count + 1);
    else if (this.#counters.size < this.#capacity) this.#insert(key, { text, count: 0, overcount: 0 });
    else {
      const rarest = this.#rarest();
      this.#byCount.get(rarest.count)!.delete(rarest);
      this.#counters.delete(rarest.text.toLowerCase());
      this.#insert(key, { text, count: rarest.count, overcount: rarest.count });
    }
  }

  /** Texts that certainly came more than once, most frequent first. */
  top(limit: number): FrequentText[] {
    return [...this.#counters.values()]
      .map(({ text, count, overcount }) => ({ text, count: count - overcount }))
      .filter(({ count }) => count > 1)
      .sort((one, other) => other.count - one.count || (one.text < other.text ? -1 : 1))
      .slice(0, limit);
  }

  #insert(key: string, counter: Counter): void {
    this.#counters.set(key, counter);
    this.#count(counter, counter.count + 1);
    this.#lowest = Math.min(this.#lowest, counter.count);
  }

  #count(counter: Counter, count: number): void {
    this.#byCount.get(counter.count)?.delete(counter);
    counter.count = count;
    const same = this.#byCount.get(count) ?? new Set();
    this.#byCount.set(count, same.add(counter));
  }

  #rarest(): Counter {
    for (; ; this.#lowest++) {
      const [rarest] = this.#byCount.get(this.#lowest) ?? [];
      if (rarest !== undefined) return rarest;
      this.#byCount.delete(this.#lowest);
    }
  }
}
