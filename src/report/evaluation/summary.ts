import type { Usage } from '../../conversation/index.js';
import type { Estimate } from './estimate.js';
import type { AgreementSummary } from './summary-agreement.js';
import type { BiasSummary } from './summary-bias.js';
import type { RatingSummary } from './summary-ratings.js';

// The form of an evaluation summary: plain values that JSON keeps as they are. What cannot be told (a mean of nothing, a
// ratio over zero) is absent, never NaN and never a number that stands for something else.

/** What all the numbers of a summary were made with. @public */
export interface SummarySettings {
  /** Of every resample: the same seed gives the same intervals. */
  readonly seed: number;
  /** How often the questions were resampled. */
  readonly resamples: number;
  /** Of every interval: 0.95 leaves out 2.5 % on either side. */
  readonly confidence: number;
}

/** What was read. @public */
export interface EvaluationCounts {
  /** Judgments that count; one with the same key as an earlier one is the same judgment. */
  readonly judgments: number;
  /** Those of two answers against each other. */
  readonly pairJudgments: number;
  /** Those of one answer by itself. */
  readonly singleJudgments: number;
  /** Judgments left out since their key had been read before. */
  readonly repeated: number;
  /** Questions on which there is a judgment. */
  readonly questions: number;
  /** Judgments of which no verdict or score could be read. */
  readonly unparsed: number;
  /** Judgments with an answer that speaks to the judge. */
  readonly withInjections: number;
  /** People's votes that were read. */
  readonly votes: number;
}

/** What one judge did. @public */
export interface JudgeSummary {
  /** Id of the judge. */
  readonly judge: string;
  /** Judgments of it that count, in every mode. */
  readonly judgments: number;
  /** Requests it took, those asked again included. */
  readonly calls: number;
  /** Those of which no verdict or score could be read. */
  readonly unparsed: number;
  /** Tokens, of the calls whose endpoint told. */
  readonly usage: Usage;
}

/** How often each outcome came, from a's side; a judgment in both orders counts once. @public */
export interface OutcomeCounts {
  /** Judgments with an outcome: wins, ties and losses together. */
  readonly decided: number;
  /** Judgments in which a is better. */
  readonly wins: number;
  /** Judgments in which neither is, disagreeing orders included. */
  readonly ties: number;
  /** Judgments in which b is better. */
  readonly losses: number;
}

/** Sums of scores over the judgments that have them, as the Vicuna post of 2023 adds them up. @public */
export interface ScoreTotals {
  /** Judgments with scores. */
  readonly judgments: number;
  /** Sum of the scores of a, in points. */
  readonly a: Estimate;
  /** Sum of the scores of b, in points. */
  readonly b: Estimate;
  /** `a.value / b.value`: a's quality relative to b's. Absent where b's total is 0. */
  readonly relativeQuality?: Estimate | undefined;
  /** Mean of a's score less b's, in points. */
  readonly meanDifference: Estimate;
}

/** How two models compare on some questions. Every share is absent where no judgment has an outcome. @public */
export interface Comparison {
  /** Questions with a judgment. */
  readonly questions: number;
  /** How often each outcome came. */
  readonly outcomes: OutcomeCounts;
  /** Wins over decided judgments, from 0 to 1. */
  readonly winShare?: Estimate | undefined;
  /** Ties over decided judgments, from 0 to 1. */
  readonly tieShare?: Estimate | undefined;
  /** Losses over decided judgments, from 0 to 1. */
  readonly lossShare?: Estimate | undefined;
  /** Wins, and ties as half a win. */
  readonly winRate?: Estimate | undefined;
  /** Wins and ties: how often a is better than b or equal. */
  readonly betterOrEqual?: Estimate | undefined;
  /** Absent where no judgment has scores. */
  readonly scores?: ScoreTotals | undefined;
  /** Judgments without a readable outcome. */
  readonly unparsed: number;
}

/** How two models compare on the questions of one category. @public */
export interface CategoryComparison extends Comparison {
  /** As the questions have it. */
  readonly category: string;
}

/** Whether a difference between two models is more than chance. Each test is two-sided and over questions. @public */
export interface SignificanceSummary {
  /**
   * Exact sign test of the questions won against those lost, ties left out: the same as McNemar's exact test. A question
   * with several judgments is won where most of its decided ones are.
   */
  readonly sign: { readonly wins: number; readonly losses: number; readonly ties: number; readonly pValue: number };
  /** Wilcoxon's signed-rank test of the differences of scores. Absent where no question has scores. */
  readonly wilcoxon?: WilcoxonSummary | undefined;
  /** From the bootstrap: how often a resampled win rate falls on the other side of one half. Absent with one question. */
  readonly winRatePValue?: number | undefined;
  /** From the bootstrap: how often a resampled mean difference of scores falls on the other side of 0. */
  readonly scorePValue?: number | undefined;
}

/** Wilcoxon's signed-rank test, question by question. @public */
export interface WilcoxonSummary {
  /** Questions whose scores differ; the others say nothing here. */
  readonly questions: number;
  /** Sum of the ranks of differences in favour of a. */
  readonly rankSumA: number;
  /** Sum of the ranks of differences in favour of b. */
  readonly rankSumB: number;
  /** `exact` with at most 50 differences, `normal` (corrected for ties) with more. */
  readonly method: 'exact' | 'normal';
  /** Two-sided: how likely differences at least so lopsided are where neither model is better. */
  readonly pValue: number;
}

/** Answers that speak to the judge. @public */
export interface InjectionCounts {
  /** Judgments with at least one sign. */
  readonly judgments: number;
  /** Those with a sign in a's answer, and in b's. */
  readonly a: number;
  /** Judgments with a sign in b's answer. */
  readonly b: number;
  /** Signs by the rule that found them, most frequent first. */
  readonly rules: readonly { readonly rule: string; readonly signs: number }[];
}

/**
 * Two models, compared by one judge or by a jury in one mode. A jury's numbers count every judgment of every judge;
 * questions are resampled and tested with all that the judges said about them.
 *
 * @public
 */
export interface PairSummary {
  /** `a` and `b` as they first came; judgments of the same two the other way round are turned. */
  readonly models: { readonly a: string; readonly b: string };
  /** How the judges were asked; modes are never mixed. */
  readonly mode: 'scores' | 'verdict';
  /** One judge; or several: the jury of all that compared the two. */
  readonly judges: readonly string[];
  /** On all questions. */
  readonly overall: Comparison;
  /** In the order in which categories first came. */
  readonly categories: readonly CategoryComparison[];
  /** Absent where no judgment has an outcome. */
  readonly significance?: SignificanceSummary | undefined;
  /** What else than quality goes with winning. */
  readonly bias: BiasSummary;
  /** Answers that speak to the judge. */
  readonly injections: InjectionCounts;
}

/** Means of scores given to answers one by one. @public */
export interface SingleScores {
  /** Questions with a judgment. */
  readonly questions: number;
  /** Judgments with a score. */
  readonly scored: number;
  /** Judgments without a readable score. */
  readonly unparsed: number;
  /** Mean score, from 1 to 10: every judgment counts once. Absent where none has a score. */
  readonly mean?: Estimate | undefined;
}

/** One model in mode `single`, by one judge or by all of them together. @public */
export interface SingleSummary {
  /** Id of the model. */
  readonly model: string;
  /** One judge, or several: all that scored it. */
  readonly judges: readonly string[];
  /** On all questions. */
  readonly overall: SingleScores;
  /** In the order in which categories first came. */
  readonly categories: readonly (SingleScores & { readonly category: string })[];
  /** By turn of the question; empty where judgments name none. */
  readonly turns: readonly (SingleScores & { readonly turn: number })[];
  /** Judgments with an answer that speaks to the judge. */
  readonly withInjections: number;
}

/** People's votes on two models. @public */
export interface VotePairSummary {
  /** Ids of the two models, as they first came. */
  readonly models: { readonly a: string; readonly b: string };
  /** How people voted; two bad answers are a tie. */
  readonly outcomes: OutcomeCounts;
  /** Those of the ties in which both answers were called bad. */
  readonly bothBad: number;
  /** Wins of a, and ties as half a win, over all votes. */
  readonly winRate: Estimate;
}

/**
 * All that `summarizeEvaluation` finds out about an evaluation. Plain values: `JSON.stringify` keeps it whole.
 *
 * @public
 */
export interface EvaluationSummary {
  /** Tells the file from others. */
  readonly type: 'evaluation-summary';
  /** Of this form; raised where a reader of the former one would go wrong. */
  readonly version: 1;
  /** What all its numbers were made with. */
  readonly settings: SummarySettings;
  /** What was read. */
  readonly counts: EvaluationCounts;
  /** In the order in which they first came. */
  readonly judges: readonly JudgeSummary[];
  /** Every model that was judged or voted on, as they first came. */
  readonly models: readonly string[];
  /** As they first came. */
  readonly categories: readonly string[];
  /** For each pair of models and mode: one for each judge, then the jury where there are several. */
  readonly pairs: readonly PairSummary[];
  /** Answers scored one by one; empty without mode `single`. */
  readonly singles: readonly SingleSummary[];
  /** From all pair judgments of all judges. Absent where none has an outcome. */
  readonly ratings?: RatingSummary | undefined;
  /** Absent with one judge and no votes on judged questions. */
  readonly agreement?: AgreementSummary | undefined;
  /** Absent without votes. */
  readonly votes?: { readonly pairs: readonly VotePairSummary[]; readonly ratings: RatingSummary } | undefined;
}
