import { isBudgetError, isHopeless, JudgeCallError } from './failures.js';

/** Why a run ended before its source did. @public */
export type StopReason = 'budget' | 'failures';

/** Thrown instead of making a call after the run has stopped: not a failure, only not done. */
export class Stopped extends Error {}

/** Keeps a run from making calls that cannot succeed. */
export class Brake {
  readonly #limit: number;
  #inARow = 0;
  #reason: StopReason | undefined;
  #broken = false;

  /** @param limit - failures in a row. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  get stopped(): boolean {
    return this.#broken || this.#reason !== undefined;
  }

  /** @throws Stopped */
  check(): void {
    if (this.stopped) throw new Stopped();
  }

  succeeded(): void {
    this.#inARow = 0;
  }

  /** Takes note of an error. @returns what the caller has to throw. */
  failed(error: unknown): unknown {
    if (isHopeless(error)) {
      this.#broken = true;
      return error;
    }
    if (isBudgetError(error)) {
      this.#reason ??= 'budget';
      return new Stopped();
    }
    if (++this.#inARow >= this.#limit) this.#reason ??= 'failures';
    return new JudgeCallError(error);
  }
}
