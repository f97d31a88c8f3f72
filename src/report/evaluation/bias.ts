import { fitLogistic, isSeparated, type LogisticData, logistic, signTest } from '../statistics/index.js';
import { type Estimate, estimate, present, type Resampler, ratio } from './estimate.js';
import type { PairRow } from './pair-table.js';
import { QuestionSums } from './question-sums.js';
import type { BiasSummary, LengthBias, LengthControlled, PositionBias } from './summary-bias.js';

/** How the places and the lengths of answers went with the outcomes. */
export function biasOf(rows: readonly PairRow[], resampler: Resampler): BiasSummary {
  return present({ position: positionBias(rows, resampler), length: lengthBias(rows, resampler) });
}

function positionBias(rows: readonly PairRow[], { settings, stream }: Resampler): PositionBias | undefined {
  const sums = new QuestionSums(5);
  for (const { question, position, firstAdvantage } of rows)
    if (position !== undefined)
      sums.add(
        question,
        1,
        position === 'first' ? 1 : 0,
        position === 'second' ? 1 : 0,
        firstAdvantage === undefined ? 0 : 1,
        firstAdvantage ?? 0,
      );
  const [judgments = 0, first = 0, second = 0] = sums.totals();
  if (judgments === 0) return undefined;
  const numbersOf = (counts: Uint32Array) => {
    const [all = 0, ofFirst = 0, ofSecond = 0, scored = 0, advantage = 0] = sums.totals(counts);
    return {
      rate: ratio(ofFirst + ofSecond, all),
      firstShare: ratio(ofFirst, ofFirst + ofSecond),
      firstAdvantage: ratio(advantage, scored),
    };
  };
  const shares = { rate: sums.questions, firstShare: sums.questionsWith(1, 2) };
  const { estimates } = estimate(sums.questions, { settings, stream: `${stream}/position` }, numbersOf, shares);
  const { rate, ...others } = estimates;
  const disagreements = first + second;
  const pValue = signTest(first, second);
  return present({ judgments, disagreements, first, second, rate: rate as Estimate, pValue, ...others });
}

function lengthBias(rows: readonly PairRow[], { settings, stream }: Resampler): LengthBias | undefined {
  const decided = rows.filter(({ outcome }) => outcome !== undefined);
  if (decided.length === 0) return undefined;
  const sums = new QuestionSums(2);
  for (const { question, outcome, lengths } of decided) {
    const longer = Math.sign(lengths.a - lengths.b);
    if (outcome !== 0 && longer !== 0) sums.add(question, 1, outcome === longer ? 1 : 0);
  }
  const [judgments = 0, longerWins = 0] = sums.totals();
  const numbersOf = (counts: Uint32Array) => {
    const [all = 0, won = 0] = sums.totals(counts);
    return { longerShare: ratio(won, all) };
  };
  const shares = { longerShare: sums.questions };
  const { estimates } = estimate(sums.questions, { settings, stream: `${stream}/longer` }, numbersOf, shares);
  return present({
    judgments,
    longerWins,
    longerShare: estimates.longerShare,
    pValue: signTest(longerWins, judgments - longerWins),
    meanLength: {
      a: decided.reduce((sum, { lengths }) => sum + lengths.a, 0) / decided.length,
      b: decided.reduce((sum, { lengths }) => sum + lengths.b, 0) / decided.length,
    },
    controlled: lengthControlled(decided, { settings, stream: `${stream}/length` }),
  });
}

/** The win rate at equal lengths. The scale of lengths stays that of all questions when they are resampled. */
function lengthControlled(decided: readonly PairRow[], resampler: Resampler): LengthControlled | undefined {
  const differences = Float64Array.from(decided, ({ lengths }) => lengths.a - lengths.b);
  const standardDeviation = standardDeviationOf(differences);
  if (standardDeviation === 0) return undefined;
  const sums = new QuestionSums(0);
  const places = Int32Array.from(decided, ({ question }) => sums.placeOf(question));
  const data: LogisticData = {
    x: differences.map((difference) => difference / standardDeviation),
    outcome: Float64Array.from(decided, ({ outcome }) => (1 + outcome!) / 2),
    weight: new Float64Array(decided.length).fill(1),
  };
  const separated = isSeparated(data);
  const whole = fitLogistic(data);
  const { estimates } = estimate(sums.questions, resampler, (counts) => {
    for (const [row, place] of places.entries()) data.weight[row] = counts[place]!;
    const { intercept, slope } = fitLogistic(data, whole);
    return { winRate: logistic(intercept), coefficient: slope };
  });
  return {
    winRate: estimates.winRate as Estimate,
    coefficient: estimates.coefficient as Estimate,
    standardDeviation,
    fit: separated ? 'separated' : 'likeliest',
  };
}

function standardDeviationOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
