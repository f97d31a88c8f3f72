export type { GenerateAnswersConfig, GenerateAnswersOptions } from './config.js';
export { generateAnswers } from './generate.js';
export type { AnswerFailure, AnswersReport, StoppedModel } from './report.js';
