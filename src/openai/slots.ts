import type { LimitFunction } from 'p-limit';

/** Gives a slot back. @internal */
export type ReleaseSlot = () => void;

/** So many calls at a time; the others wait in the order in which they came. @internal */
export class Slots {
  readonly #concurrency: number;
  #limit: Promise<LimitFunction> | undefined;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /** @throws the signal's reason, at once, also while waiting. */
  async take(signal: AbortSignal): Promise<ReleaseSlot> {
    this.#limit ??= import('p-limit').then(({ default: pLimit }) => pLimit(this.#concurrency));
    const limit = await this.#limit;
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      void limit(() => {
        signal.removeEventListener('abort', leave);
        // Whoever left the queue does not use the slot that comes up.
        if (signal.aborted) return undefined;
        return new Promise<void>((release) => resolve(release));
      });
    });
  }
}
