/** Milliseconds that a rank waits for another in one collective call before it takes it for dead: five minutes. */
export const DEFAULT_DEADLINE = 300_000;

/**
 * Counts how long a wait takes, in ticks of a timer, which also keeps the process or thread alive meanwhile. Ticks and
 * not the clock, because a job that was suspended as a whole has not waited.
 */
export class Watchdog {
  readonly #deadline: number;
  readonly #period: number;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #waits = 0;

  /** @param expired - called when a wait has lasted `deadline` milliseconds. */
  constructor(deadline: number, expired: () => void) {
    this.#deadline = deadline;
    this.#period = Math.min(1000, deadline / 4);
    this.#expired = expired;
  }

  /** Watches a task; {@link Watchdog.restart} says that it got on. */
  async watch<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#waits++ === 0) {
      this.#ticks = 0;
      this.#timer = setInterval(() => this.#tick(), this.#period);
    }
    try {
      return await task();
    } finally {
      if (--this.#waits === 0) clearInterval(this.#timer);
    }
  }

  restart(): void {
    this.#ticks = 0;
  }

  #tick(): void {
    if (++this.#ticks * this.#period >= this.#deadline) this.#expired();
  }
}
