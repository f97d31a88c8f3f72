import { logFactorial } from './distributions.js';

/**
 * The exact two-sided sign test: how likely a fair coin is to fall at least as unevenly. On paired yes-or-no outcomes,
 * with the two kinds of discordant pairs, it is McNemar's exact test.
 *
 * @param wins - whole number; ties belong in neither.
 * @returns p; 1 where there is nothing to count.
 */
export function signTest(wins: number, losses: number): number {
  const total = wins + losses;
  const lesser = Math.min(wins, losses);
  if (2 * lesser === total) return 1;
  const logCentral = logFactorial(total) - logFactorial(lesser) - logFactorial(total - lesser) - total * Math.LN2;
  let term = 1;
  let sum = 1;
  for (let count = lesser; count > 0 && term > sum * Number.EPSILON; count--) {
    term *= count / (total - count + 1);
    sum += term;
  }
  return Math.min(1, 2 * Math.exp(logCentral + Math.log(sum)));
}
