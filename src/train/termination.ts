import { VicunaError } from '../core/index.js';

/** The process was told to end while it trained; what had been learned is saved. Code `training-interrupted`. @public */
export class TrainingInterruptedError extends VicunaError {
  /** Steps taken before. */
  readonly step: number;

  constructor(step: number) {
    super(
      'training-interrupted',
      `Training stopped after step ${step} because the process got SIGTERM. Its state is saved: the same training, started ` +
        "again with resume: 'auto', goes on from there.",
    );
    this.step = step;
  }
}

/** Watches for SIGTERM, with which spot machines and schedulers announce that they will stop the process. */
export class Termination implements Disposable {
  readonly #requested = new AbortController();
  readonly #listener = () => this.#requested.abort();

  /** @param isWatching - `false` leaves the signal to others: there is nothing to be saved. */
  constructor(isWatching: boolean) {
    if (isWatching) process.once('SIGTERM', this.#listener);
  }

  /** Aborted when the process is to end. */
  get signal(): AbortSignal {
    return this.#requested.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGTERM', this.#listener);
  }
}
