import type * as z from 'zod';
import type { Usage } from '../conversation/index.js';
import { type CallOptions, ConfigError, parseConfig } from '../core/index.js';
import type { BudgetReservation, CallBudget, CallSpending, ExpectedUsage } from './budget.js';
import { BudgetError } from './budget-error.js';
import { budgetSchema, type CallBudgetOptions, type TokenPrice } from './budget-options.js';

/**
 * Limits what calls may use, over all models that share it. A call is made only while what is spent, what is set aside
 * for calls that run, and what it may use itself fit together; otherwise it fails with {@link BudgetError} and nothing is
 * sent. So the limit is passed at most by what calls that ran at that moment used beyond their estimate: with
 * `maxTokens` set, by nothing but a prompt that was estimated too short.
 *
 * @throws ConfigError
 *
 * @example
 * ```ts
 * const budget = createCallBudget({
 *   dollars: 5,
 *   prices: { 'gpt-4o': { promptPerMillion: 2.5, completionPerMillion: 10 } },
 * });
 * const judge = openaiChatModel({ model: 'gpt-4o' }, { budget });
 * budget.spent; // { calls: 0, estimatedCalls: 0, promptTokens: 0, completionTokens: 0, dollars: 0 }
 * ```
 *
 * @public
 */
export function createCallBudget(options: CallBudgetOptions): CallBudget {
  return new SharedBudget(parseConfig(budgetSchema, options, 'Call budget'));
}

/** Tokens and dollars, of a call or of many. */
interface Amount {
  readonly tokens: number;
  readonly dollars: number;
}

interface Waiting {
  readonly amount: Amount;
  readonly grant: (reservation: BudgetReservation) => void;
  readonly refuse: (error: BudgetError) => void;
  readonly model: string;
}

const firstReply = 1000;

class SharedBudget implements CallBudget {
  readonly limits: CallBudget['limits'];
  readonly #prices: Readonly<Record<string, TokenPrice>> | undefined;
  readonly #running = new Set<Amount>();
  readonly #waiting: Waiting[] = [];
  #calls = 0;
  #estimatedCalls = 0;
  #promptTokens = 0;
  #completionTokens = 0;
  #dollars = 0;
  #longestReply = 0;

  constructor({ tokens, dollars, prices }: z.output<typeof budgetSchema>) {
    this.limits = { tokens, dollars };
    this.#prices = prices;
  }

  get spent(): CallSpending {
    return {
      calls: this.#calls,
      estimatedCalls: this.#estimatedCalls,
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      ...(this.#prices === undefined ? {} : { dollars: this.#dollars }),
    };
  }

  requirePrice(model: string): void {
    if (this.#prices === undefined || Object.hasOwn(this.#prices, model)) return;
    throw new ConfigError('Call budget', [{ path: `prices.${model}`, message: 'must be given: this model shares it' }]);
  }

  reserve(expected: ExpectedUsage, { signal }: Pick<CallOptions, 'signal'> = {}): Promise<BudgetReservation> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const amount = this.#amountOf(expected.model, {
        promptTokens: expected.promptTokens,
        completionTokens: expected.completionTokens ?? (this.#longestReply || firstReply),
      });
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#admit();
      };
      const waiting: Waiting = {
        amount,
        model: expected.model,
        grant: (reservation) => {
          signal?.removeEventListener('abort', leave);
          resolve(reservation);
        },
        refuse: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  /** Refuses whom nothing can help any more, and lets the others in, in the order in which they came. */
  #admit(): void {
    const spent: Amount = { tokens: this.#promptTokens + this.#completionTokens, dollars: this.#dollars };
    for (const waiting of [...this.#waiting]) {
      if (this.#fits(add(spent, waiting.amount))) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      waiting.refuse(new BudgetError(this.limits, this.spent, waiting.amount));
    }
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || !this.#fits([...this.#running, first.amount].reduce(add, spent))) return;
      this.#waiting.shift();
      this.#running.add(first.amount);
      first.grant(this.#reservation(first));
    }
  }

  #reservation({ amount, model }: Waiting): BudgetReservation {
    const end = () => {
      if (!this.#running.delete(amount)) throw new TypeError('A reservation ends once.');
    };
    return {
      spend: (usage) => {
        end();
        this.#calls++;
        if (usage.estimated) this.#estimatedCalls++;
        this.#promptTokens += usage.promptTokens;
        this.#completionTokens += usage.completionTokens;
        this.#dollars += this.#amountOf(model, usage).dollars;
        this.#longestReply = Math.max(this.#longestReply, usage.completionTokens);
        this.#admit();
      },
      release: () => {
        end();
        this.#admit();
      },
    };
  }

  #fits({ tokens, dollars }: Amount): boolean {
    return tokens <= (this.limits.tokens ?? Infinity) && dollars <= (this.limits.dollars ?? Infinity);
  }

  #amountOf(model: string, { promptTokens, completionTokens, cachedPromptTokens = 0 }: Usage): Amount {
    const tokens = promptTokens + completionTokens;
    if (this.#prices === undefined) return { tokens, dollars: 0 };
    this.requirePrice(model);
    const { promptPerMillion, completionPerMillion, cachedPromptPerMillion } = this.#prices[model] as TokenPrice;
    const cached = cachedPromptTokens * (cachedPromptPerMillion ?? promptPerMillion);
    const fresh = (promptTokens - cachedPromptTokens) * promptPerMillion;
    return { tokens, dollars: (fresh + cached + completionTokens * completionPerMillion) / 1e6 };
  }
}

function add(a: Amount, b: Amount): Amount {
  return { tokens: a.tokens + b.tokens, dollars: a.dollars + b.dollars };
}
