/** Deltas that the other end still has room for. Whoever makes them waits for more before going on. */
export class Credit {
  #left: number;
  #waiting: (() => void) | undefined;

  constructor(initial: number) {
    this.#left = initial;
  }

  /** Uses one up. @returns `true` where that was the last, and {@link refilled} is worth waiting for */
  use(): boolean {
    return --this.#left <= 0;
  }

  grant(deltas: number): void {
    this.#left += deltas;
    if (this.#left > 0) this.#waiting?.();
  }

  /** @throws the signal's reason. */
  async refilled(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#left > 0) return;
    const stop = () => this.#waiting?.();
    signal.addEventListener('abort', stop, { once: true });
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
    this.#waiting = undefined;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
  }
}
