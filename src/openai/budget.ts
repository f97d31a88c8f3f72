import type { Usage } from '../conversation/index.js';
import type { CallOptions } from '../core/index.js';
import type { CallBudgetOptions } from './budget-options.js';

/** What has been used of a {@link CallBudget}. @public */
export interface CallSpending {
  /** Requests that the endpoint worked on, retries included. */
  readonly calls: number;
  /** Those of `calls` whose tokens are estimated: they broke off, or the endpoint does not count. */
  readonly estimatedCalls: number;
  /** Tokens of prompts. */
  readonly promptTokens: number;
  /** Tokens of replies. */
  readonly completionTokens: number;
  /** Absent where there are no prices. */
  readonly dollars?: number | undefined;
}

/** What a call is expected to use at most. @public */
export interface ExpectedUsage {
  /** Id of the model. */
  readonly model: string;
  /** Tokens of the prompt, or an estimate from above. */
  readonly promptTokens: number;
  /** Most tokens of the reply. @defaultValue the longest reply so far; 1,000 before the first */
  readonly completionTokens?: number | undefined;
}

/** A part of a budget that is set aside for a call that runs. Exactly one of its methods ends it. @public */
export interface BudgetReservation {
  /** The call was worked on. */
  spend(usage: Usage): void;
  /** The call was not worked on, and costs nothing. */
  release(): void;
}

/**
 * A limit on tokens or money that models share. See {@link createCallBudget}.
 *
 * @public
 */
export interface CallBudget {
  /** As they were given; absent where there is none. */
  readonly limits: Pick<CallBudgetOptions, 'tokens' | 'dollars'>;
  /** As of now; a new object each time. */
  readonly spent: CallSpending;
  /**
   * Sets aside what a call may use. Where that fits only if calls that run now use less than was set aside for them, it
   * waits for them. Models of {@link openaiChatModel} call it themselves.
   *
   * @throws BudgetError where the call does not fit into what is left.
   */
  reserve(expected: ExpectedUsage, options?: Pick<CallOptions, 'signal'>): Promise<BudgetReservation>;
  /**
   * Makes sure, before anything is sent, that a model's calls can be charged.
   *
   * @throws ConfigError where there are prices, and none for this model.
   */
  requirePrice(model: string): void;
}
