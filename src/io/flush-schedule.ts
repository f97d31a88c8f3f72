/**
 * Gets what was written to the disk in time, with as few flushes as that takes: at most one is under way, and all that
 * was written before it began shares it.
 */
export class FlushSchedule {
  readonly #flush: () => Promise<void>;
  readonly #within: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  /** @param within - milliseconds; 0 makes every write wait for the disk. */
  constructor(flush: () => Promise<void>, within: number) {
    this.#flush = flush;
    this.#within = within;
  }

  /** To be called after a write. Rejects where a flush failed: what was written may not be on the disk. */
  async written(): Promise<void> {
    if (this.#within === 0) return this.#flushed();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The failure is kept in `#running`, for the end.
      this.#flushed().catch(() => undefined);
    }, this.#within).unref();
  }

  async finish(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#flushed();
  }

  #flushed(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#flush();
      return this.#running;
    });
    return this.#next;
  }
}
