import type { Comparison, Estimate, PairSummary } from '../../evaluation/index.js';

/**
 * The summary of a pair told the other way round. Exact, intervals too: percentiles of resampled numbers turn with them
 * under any monotone change.
 */
export function turnedPair(pair: PairSummary): PairSummary {
  const { models, overall, categories, significance, bias, injections } = pair;
  const { position, length } = bias;
  return {
    ...pair,
    models: swapped(models),
    overall: turnedComparison(overall),
    categories: categories.map((category) => ({ category: category.category, ...turnedComparison(category) })),
    significance: significance && {
      ...significance,
      sign: { ...significance.sign, wins: significance.sign.losses, losses: significance.sign.wins },
      wilcoxon: significance.wilcoxon && {
        ...significance.wilcoxon,
        rankSumA: significance.wilcoxon.rankSumB,
        rankSumB: significance.wilcoxon.rankSumA,
      },
    },
    bias: {
      position,
      length: length && {
        ...length,
        meanLength: swapped(length.meanLength),
        controlled: length.controlled && { ...length.controlled, winRate: complement(length.controlled.winRate) },
      },
    },
    injections: { ...injections, ...swapped(injections) },
  };
}

function turnedComparison(comparison: Comparison): Comparison {
  const { outcomes, winShare, lossShare, winRate, tieShare, scores, questions, unparsed } = comparison;
  // Wins and ties of the other side: all that a did not win.
  const betterOrEqual = winShare && complement(winShare);
  return {
    questions,
    unparsed,
    outcomes: { ...outcomes, wins: outcomes.losses, losses: outcomes.wins },
    winShare: lossShare,
    tieShare,
    lossShare: winShare,
    winRate: winRate && complement(winRate),
    betterOrEqual,
    scores: scores && {
      judgments: scores.judgments,
      a: scores.b,
      b: scores.a,
      relativeQuality: scores.relativeQuality && inverse(scores.relativeQuality),
      meanDifference: mapped(scores.meanDifference, (value) => -value),
    },
  };
}

const swapped = <Value>({ a, b }: { readonly a: Value; readonly b: Value }) => ({ a: b, b: a });

const complement = (estimate: Estimate) => mapped(estimate, (value) => 1 - value);

/** A model without a point has no inverse. */
function inverse(estimate: Estimate): Estimate | undefined {
  return estimate.value > 0 ? mapped(estimate, (value) => 1 / value) : undefined;
}

/** Under a function that falls: the ends change places. */
function mapped({ value, interval }: Estimate, falling: (value: number) => number): Estimate {
  return {
    value: falling(value),
    interval: interval && { low: falling(interval.high), high: falling(interval.low) },
  };
}
