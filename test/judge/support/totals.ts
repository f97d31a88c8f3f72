import type { PairJudgment } from '../../../src/judge/index.js';

/** Sums of the scores. */
export function totalsOf(judgments: readonly PairJudgment[]): { a: number; b: number } {
  const sum = (answer: 'a' | 'b') => judgments.reduce((total, { scores }) => total + (scores?.[answer] ?? 0), 0);
  return { a: sum('a'), b: sum('b') };
}

/** How often each outcome came. */
export function winsOf(judgments: readonly PairJudgment[]): { a: number; b: number; tie: number } {
  const count = (outcome: string) => judgments.filter((judgment) => judgment.outcome === outcome).length;
  return { a: count('a'), b: count('b'), tie: count('tie') };
}
