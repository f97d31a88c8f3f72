export {
  type AnswerFailure,
  type AnswersReport,
  type GenerateAnswersConfig,
  type GenerateAnswersOptions,
  generateAnswers,
  type StoppedModel,
} from './generate/index.js';
export { type MissingAnswer, type PairedAnswers, pairAnswers, withReferences } from './pair.js';
export { type ReadAnswersOptions, readAnswers, writeAnswers } from './read.js';
export { type Review, readReviews } from './reviews.js';
export { answerTemperatures } from './temperatures.js';
