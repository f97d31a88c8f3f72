import { bootstrapPValue, signedRankTest, signTest } from '../statistics/index.js';
import { type Estimate, estimate, present, type Resampler, ratio } from './estimate.js';
import type { PairRow } from './pair-table.js';
import { QuestionSums } from './question-sums.js';
import type { Comparison, SignificanceSummary } from './summary.js';

// The sums of a question: what each column of its QuestionSums holds.
const WINS = 0;
const TIES = 1;
const LOSSES = 2;
const SCORED = 3;
const SCORE_A = 4;
const SCORE_B = 5;
const COLUMNS = 6;

/** A comparison and whether it is more than chance. */
export interface TestedComparison {
  readonly comparison: Comparison;
  readonly significance: SignificanceSummary | undefined;
}

/** Wins, totals of scores and tests of the judgments on two models. */
export function compare(rows: readonly PairRow[], resampler: Resampler): TestedComparison {
  const sums = new QuestionSums(COLUMNS);
  for (const { question, outcome, scores } of rows)
    sums.add(
      question,
      outcome === 1 ? 1 : 0,
      outcome === 0 ? 1 : 0,
      outcome === -1 ? 1 : 0,
      scores === undefined ? 0 : 1,
      scores?.a ?? 0,
      scores?.b ?? 0,
    );
  const totals = sums.totals();
  const [wins = 0, ties = 0, losses = 0, scored = 0] = totals;
  const decided = sums.questionsWith(WINS, TIES, LOSSES);
  const shares = { winShare: decided, tieShare: decided, lossShare: decided, winRate: decided, betterOrEqual: decided };
  const resampled = (counts: Uint32Array) => numbersOf(sums.totals(counts));
  const { estimates, samples } = estimate(sums.questions, resampler, resampled, shares);
  const { totalA, totalB, relativeQuality, meanDifference, ...estimatedShares } = estimates;
  const scores = scored > 0 && {
    judgments: scored,
    a: totalA as Estimate,
    b: totalB as Estimate,
    relativeQuality,
    meanDifference: meanDifference as Estimate,
  };
  const comparison = present({
    questions: sums.questions,
    outcomes: { decided: wins + ties + losses, wins, ties, losses },
    ...estimatedShares,
    scores: scores ? present(scores) : undefined,
    unparsed: rows.reduce((sum, { outcome }) => sum + (outcome === undefined ? 1 : 0), 0),
  });
  const significance = wins + ties + losses > 0 ? testsOf(sums, samples) : undefined;
  return { comparison, significance };
}

function numbersOf(totals: Float64Array) {
  const [wins = 0, ties = 0, losses = 0, scored = 0, scoreA = 0, scoreB = 0] = totals;
  const decided = wins + ties + losses;
  return {
    winShare: ratio(wins, decided),
    tieShare: ratio(ties, decided),
    lossShare: ratio(losses, decided),
    winRate: ratio(wins + ties / 2, decided),
    betterOrEqual: ratio(wins + ties, decided),
    totalA: scoreA,
    totalB: scoreB,
    relativeQuality: ratio(scoreA, scoreB),
    meanDifference: ratio(scoreA - scoreB, scored),
  };
}

function testsOf(
  sums: QuestionSums,
  samples: { readonly winRate: Float64Array; readonly meanDifference: Float64Array },
): SignificanceSummary {
  const sign = { wins: 0, losses: 0, ties: 0 };
  const differences: number[] = [];
  for (let place = 0; place < sums.questions; place++) {
    const surplus = sums.at(place, WINS) - sums.at(place, LOSSES);
    if (surplus > 0) sign.wins++;
    else if (surplus < 0) sign.losses++;
    else if (sums.at(place, TIES) + sums.at(place, WINS) > 0) sign.ties++;
    const scored = sums.at(place, SCORED);
    if (scored > 0) differences.push((sums.at(place, SCORE_A) - sums.at(place, SCORE_B)) / scored);
  }
  return present({
    sign: { ...sign, pValue: signTest(sign.wins, sign.losses) },
    wilcoxon: differences.length > 0 ? wilcoxonOf(differences) : undefined,
    winRatePValue: bootstrapPValue(samples.winRate, 0.5),
    scorePValue: bootstrapPValue(samples.meanDifference, 0),
  });
}

function wilcoxonOf(scoreDifferences: readonly number[]) {
  const { differences, positiveRanks, negativeRanks, method, pValue } = signedRankTest(scoreDifferences);
  return { questions: differences, rankSumA: positiveRanks, rankSumB: negativeRanks, method, pValue };
}
