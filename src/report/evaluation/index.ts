export type { Interval } from '../statistics/index.js';
export type { SummarizeEvaluationConfig } from './config.js';
export type { Estimate } from './estimate.js';
export { evaluationMarkdown } from './markdown.js';
export type { SummarizeEvaluationOptions } from './options.js';
export { type ReadVotesReport, readVotes } from './read-votes.js';
export { summarizeEvaluation } from './summarize.js';
export type {
  CategoryComparison,
  Comparison,
  EvaluationCounts,
  EvaluationSummary,
  InjectionCounts,
  JudgeSummary,
  OutcomeCounts,
  PairSummary,
  ScoreTotals,
  SignificanceSummary,
  SingleScores,
  SingleSummary,
  SummarySettings,
  VotePairSummary,
  WilcoxonSummary,
} from './summary.js';
export type {
  AgreementFigures,
  AgreementSummary,
  JuryAgreement,
  Rater,
  RaterAgreement,
} from './summary-agreement.js';
export type { BiasSummary, LengthBias, LengthControlled, PositionBias } from './summary-bias.js';
export type { ModelRating, RatingGroup, RatingSummary } from './summary-ratings.js';
