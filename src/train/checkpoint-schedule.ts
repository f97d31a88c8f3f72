import type { Resolved } from '../core/index.js';
import type { CheckpointConfig } from './config.js';

/** Says after which steps a checkpoint is due. */
export class CheckpointSchedule {
  readonly #everySteps: number;
  readonly #everyMilliseconds: number;
  readonly #now: () => number;
  #last: number;

  /** @param now - milliseconds of a clock that never goes back. */
  constructor(config: Resolved<CheckpointConfig> | false, now: () => number = () => performance.now()) {
    this.#everySteps = config === false ? 0 : config.everySteps;
    this.#everyMilliseconds = config === false ? 0 : config.everyMinutes * 60_000;
    this.#now = now;
    this.#last = now();
  }

  isDue(step: number): boolean {
    if (this.#everySteps > 0 && step % this.#everySteps === 0) return true;
    return this.#everyMilliseconds > 0 && this.#now() - this.#last >= this.#everyMilliseconds;
  }

  saved(): void {
    this.#last = this.#now();
  }
}
