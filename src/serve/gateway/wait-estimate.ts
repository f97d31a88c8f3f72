/** How much a new measurement counts in the mean. */
const WEIGHT = 0.1;
/** Replies before the mean says anything. */
const ENOUGH = 5;

/** How long a request will wait, from how long replies took lately. */
export class WaitEstimate {
  #mean = 0;
  #count = 0;

  /** @param seconds - that a place was taken for a reply. */
  measured(seconds: number): void {
    const weight = Math.max(WEIGHT, 1 / ++this.#count);
    this.#mean += (seconds - this.#mean) * weight;
  }

  /**
   * @param place - in the queue, from 1.
   * @param capacity - replies that are made at a time.
   * @returns seconds; `undefined` where too little is known.
   */
  seconds(place: number, capacity: number): number | undefined {
    return this.#count < ENOUGH || capacity === 0 ? undefined : (place * this.#mean) / capacity;
  }
}
