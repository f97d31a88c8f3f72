import { normalUpperTail } from './distributions.js';

/** With no more differences than this, every way of giving them signs is counted. */
const EXACT_LIMIT = 50;
/** Scores have a few decimals: 8.3 - 8.1 and 7.3 - 7.1, which differ by less than this, are the same difference. */
const ROUNDING = 1e-9;

/** What Wilcoxon's signed-rank test says. */
export interface SignedRankTest {
  /** Differences that are not 0. */
  readonly differences: number;
  /** Sum of the ranks of positive differences. */
  readonly positiveRanks: number;
  readonly negativeRanks: number;
  readonly method: 'exact' | 'normal';
  /** Two-sided; 1 where there is nothing to rank. */
  readonly pValue: number;
}

/**
 * Wilcoxon's signed-rank test (1945) of whether differences lie around 0. Differences of 0 are left out, as Wilcoxon did;
 * equal sizes share the mean of their ranks. Up to 50 differences the p-value is exact given the ranks, ties included;
 * above, it is that of the normal approximation with variance `(Σ rank²) / 4`, which corrects for ties, without
 * continuity correction.
 */
export function signedRankTest(differences: Iterable<number>): SignedRankTest {
  const ordered = [...differences]
    .filter((difference) => Math.abs(difference) > ROUNDING)
    .sort((x, y) => Math.abs(x) - Math.abs(y));
  const doubledRanks = doubledMidranks(ordered);
  let positive = 0;
  let total = 0;
  for (const [index, doubled] of doubledRanks.entries()) {
    total += doubled;
    if (ordered[index]! > 0) positive += doubled;
  }
  const lesser = Math.min(positive, total - positive);
  const method = ordered.length <= EXACT_LIMIT ? 'exact' : 'normal';
  const pValue =
    method === 'exact' ? exactPValue(doubledRanks, total, lesser) : normalPValue(doubledRanks, total, lesser);
  return {
    differences: ordered.length,
    positiveRanks: positive / 2,
    negativeRanks: (total - positive) / 2,
    method,
    pValue,
  };
}

/** Twice the mean ranks, which are whole numbers also where equal sizes share a rank. */
function doubledMidranks(ordered: readonly number[]): Int32Array {
  const ranks = new Int32Array(ordered.length);
  for (let start = 0; start < ordered.length; ) {
    let end = start + 1;
    while (end < ordered.length && Math.abs(ordered[end]!) - Math.abs(ordered[start]!) < ROUNDING) end++;
    ranks.fill(start + 1 + end, start, end);
    start = end;
  }
  return ranks;
}

/** Counts the sign patterns whose positive ranks sum to at most `lesser`, of all `2^n`. */
function exactPValue(doubledRanks: Int32Array, total: number, lesser: number): number {
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  let reached = 0;
  for (const rank of doubledRanks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      const withRank = sum >= rank ? shares[sum - rank]! : 0;
      shares[sum] = (shares[sum]! + withRank) / 2;
    }
  }
  let tail = 0;
  for (let sum = 0; sum <= lesser; sum++) tail += shares[sum]!;
  return Math.min(1, 2 * tail);
}

function normalPValue(doubledRanks: Int32Array, total: number, lesser: number): number {
  let squares = 0;
  for (const rank of doubledRanks) squares += rank * rank;
  return Math.min(1, 2 * normalUpperTail((total / 2 - lesser) / Math.sqrt(squares / 4)));
}
