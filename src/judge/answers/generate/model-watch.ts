import { VicunaError } from '../../../core/index.js';
import type { StoppedModel } from './report.js';

/** Knows which models are asked no more, and why. */
export class ModelWatch {
  readonly #stopAfterFailures: number;
  readonly #inARow = new Map<string, number>();
  readonly #stopped = new Map<
    string,
    { readonly reason: StoppedModel['reason']; readonly error: unknown; unasked: number }
  >();

  constructor(stopAfterFailures: number) {
    this.#stopAfterFailures = stopAfterFailures;
  }

  mayCall(model: string): boolean {
    return !this.#stopped.has(model);
  }

  succeeded(model: string): void {
    this.#inARow.delete(model);
  }

  /** @returns whether that counts as a failure: a call that the budget had no room for was not made. */
  failed(model: string, error: unknown): boolean {
    const overBudget = VicunaError.isInstance(error) && error.code === 'budget-exceeded';
    const inARow = (this.#inARow.get(model) ?? 0) + 1;
    this.#inARow.set(model, inARow);
    const reason = overBudget ? 'budget-exceeded' : inARow >= this.#stopAfterFailures ? 'failures' : undefined;
    if (reason !== undefined && !this.#stopped.has(model)) this.#stopped.set(model, { reason, error, unasked: 0 });
    return !overBudget;
  }

  unasked(model: string): void {
    const stop = this.#stopped.get(model);
    if (stop !== undefined) stop.unasked++;
  }

  report(): readonly StoppedModel[] {
    return [...this.#stopped].map(([model, stop]) => ({ model, ...stop }));
  }
}
