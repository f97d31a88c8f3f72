import { VicunaError, type VicunaErrorCode } from '../core/index.js';
import type { CallBudget, CallSpending } from './budget.js';

/**
 * A call was not made, since it does not fit into what is left of a budget. What was finished before stays. Code
 * `budget-exceeded`.
 *
 * @public
 */
export class BudgetError extends VicunaError {
  /** What the budget allows in all. */
  readonly limits: CallBudget['limits'];
  /** What had been used when the call was refused. */
  readonly spent: CallSpending;

  /** Says what was left and what the call would have needed. */
  constructor(
    limits: CallBudget['limits'],
    spent: CallSpending,
    next: { readonly tokens: number; readonly dollars: number },
  ) {
    const facts = [
      limits.tokens === undefined
        ? ''
        : `${count(spent.promptTokens + spent.completionTokens)} of ${count(limits.tokens)} tokens are spent, and the next call may take ${count(next.tokens)}`,
      limits.dollars === undefined
        ? ''
        : `$${money(spent.dollars ?? 0)} of $${money(limits.dollars)} is spent, and the next call may take $${money(next.dollars)}`,
    ];
    const shown = facts.filter((fact) => fact !== '').join('; ');
    super(
      'budget-exceeded' satisfies VicunaErrorCode,
      `The budget has no room for another call: ${shown} (${count(spent.calls)} calls so far). ` +
        'Nothing was sent. Go on with a larger budget, or with a smaller maxTokens.',
    );
    this.limits = limits;
    this.spent = spent;
  }
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** To the cent, and to two digits below it. */
function money(dollars: number): string {
  return dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : dollars.toPrecision(2);
}
