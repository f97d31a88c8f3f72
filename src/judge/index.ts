export {
  type AnswerFailure,
  type AnswersReport,
  answerTemperatures,
  type GenerateAnswersConfig,
  type GenerateAnswersOptions,
  generateAnswers,
  type MissingAnswer,
  type PairedAnswers,
  pairAnswers,
  type ReadAnswersOptions,
  type Review,
  readAnswers,
  readReviews,
  type StoppedModel,
  withReferences,
  writeAnswers,
} from './answers/index.js';
export type { StopReason } from './brake.js';
export type { CallCounts } from './calls.js';
export type { PairwiseJudgeConfig } from './config.js';
export type { JudgeFailure } from './failures.js';
export { detectInjections } from './injection/index.js';
export { type JudgeOptions, PairwiseJudge, type PairwiseJudgeRuntime } from './judge.js';
export { type JuryReport, type JuryVerdict, juryVerdicts } from './jury.js';
export {
  type FailedCall,
  type GenerationReport,
  NearDuplicates,
  type NearestQuestion,
  QuestionGenerator,
  type QuestionGeneratorConfig,
  type QuestionGeneratorRuntime,
  type QuestionRequest,
  questionSchema,
  type RejectedQuestion,
  readQuestions,
  vicunaQuestions,
  writeQuestions,
} from './questions/index.js';
export {
  readScores,
  readSingle,
  readVerdict,
  type ScoresReading,
  type SingleReading,
  type VerdictReading,
} from './reading/index.js';
export type { GradeReport, GradeTotals, JudgeReport, JudgeTotals, RunTotals } from './report.js';
export {
  judgmentsOfReviews,
  type ReviewContext,
  type ReviewContradiction,
  type ReviewJudgments,
} from './reviews.js';
export { readJudgments } from './store.js';
export {
  type JudgeSlots,
  type JudgeTemplate,
  type JudgeTemplateKind,
  type JudgeTemplates,
  judgeTemplates,
} from './templates/index.js';
export type {
  Answer,
  AnswerOrder,
  AnswerPair,
  InjectionSign,
  JudgeMode,
  Judgment,
  OrderedReply,
  PairJudgment,
  PairOutcome,
  ParsedReply,
  Question,
  QuestionAnswer,
  SingleJudgment,
  UnparsedReply,
} from './types.js';
