/** How long to wait before connecting again. Milliseconds. @public */
export interface BackoffConfig {
  /** Before the first attempt. @defaultValue `100` */
  readonly minimumDelay?: number | undefined;
  /** Never more than this. @defaultValue `5000` */
  readonly maximumDelay?: number | undefined;
}

/**
 * Doubling delays, of which half is random: the workers of a gateway that comes back do not all connect at once (Brooker,
 * "Exponential Backoff And Jitter", 2015).
 */
export class Backoff {
  readonly #minimum: number;
  readonly #maximum: number;
  #next: number;

  constructor({ minimumDelay = 100, maximumDelay = 5_000 }: BackoffConfig = {}) {
    this.#minimum = minimumDelay;
    this.#maximum = Math.max(minimumDelay, maximumDelay);
    this.#next = minimumDelay;
  }

  /** @param lasted - milliseconds that the connection held; one that held for a while was good, and begins anew. */
  delay(lasted = 0): number {
    if (lasted > 2 * this.#minimum && lasted > 1_000) this.#next = this.#minimum;
    const delay = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(2 * this.#next, this.#maximum);
    return delay;
  }
}
