import type { Command } from 'commander';
import type { CallBudget } from '../openai/index.js';
import { parseModelName } from './model-names.js';
import { parseCount, parseNumber } from './parse-number.js';

export interface BudgetWords {
  readonly maxBudgetTokens?: number | undefined;
  readonly maxDollars?: number | undefined;
  readonly promptPrice?: number | undefined;
  readonly completionPrice?: number | undefined;
}

/** Options that limit what endpoints may cost. */
export function addBudgetOptions(command: Command): Command {
  return command
    .option('--max-budget-tokens <count>', 'stop before more tokens are used, prompts and replies together', parseCount)
    .option('--max-dollars <amount>', 'stop before more is spent; needs the two prices', parseNumber)
    .option('--prompt-price <dollars>', 'for a million prompt tokens', parseNumber)
    .option('--completion-price <dollars>', 'for a million tokens of replies', parseNumber);
}

/** @param names - the models whose calls count, as they were named on the command line. */
export async function budgetOf(words: BudgetWords, names: readonly string[]): Promise<CallBudget | undefined> {
  const { maxBudgetTokens: tokens, maxDollars: dollars, promptPrice, completionPrice } = words;
  if (tokens === undefined && dollars === undefined) return undefined;
  const { createCallBudget } = await import('../openai/index.js');
  if (promptPrice === undefined || completionPrice === undefined) return createCallBudget({ tokens, dollars });
  const price = { promptPerMillion: promptPrice, completionPerMillion: completionPrice };
  const ids = names.map(parseModelName).flatMap((name) => (name.kind === 'directory' ? [] : [name.model]));
  return createCallBudget({ tokens, dollars, prices: Object.fromEntries(ids.map((id) => [id, price])) });
}
