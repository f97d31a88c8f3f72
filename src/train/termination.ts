import { VicunaError } from '../core/index.js';

/** The process was told to end while it trained. Code `training-interrupted`. @public */
export class TrainingInterruptedError extends VicunaError {
  /** Steps taken before. */
  readonly step: number;
  /** Whether the state after that step is on the disk. */
  readonly saved: boolean;

  /**
   * Says whether the state was saved before the end.
   *
   * @param problem - why the state could not be saved, where it could not.
   */
  constructor(step: number, problem?: string) {
    const state =
      problem === undefined
        ? "Its state is saved: the same training, started again with resume: 'auto', goes on from there."
        : `Its state could not be saved. ${problem} The same training, started again with resume: 'auto', goes on from the ` +
          'checkpoint before.';
    super('training-interrupted', `Training stopped after step ${step} because the process got SIGTERM. ${state}`);
    this.step = step;
    this.saved = problem === undefined;
  }
}

/**
 * Watches for SIGTERM, with which spot machines and schedulers announce that they will stop the process. Launchers often
 * send it more than once: only the first counts, so that the next one does not end the process while it saves.
 */
export class Termination implements Disposable {
  readonly #requested = new AbortController();
  readonly #listener = () => this.#requested.abort();

  /** @param isWatching - `false` leaves the signal to others: there is nothing to be saved. */
  constructor(isWatching: boolean) {
    if (isWatching) process.on('SIGTERM', this.#listener);
  }

  /** Aborted when the process is to end. */
  get signal(): AbortSignal {
    return this.#requested.signal;
  }

  [Symbol.dispose](): void {
    process.off('SIGTERM', this.#listener);
  }
}
