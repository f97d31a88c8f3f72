export type { QuestionGeneratorConfig } from './config.js';
export { QuestionGenerator, type QuestionGeneratorRuntime, type QuestionRequest } from './generator.js';
export type { FailedCall, GenerationReport, RejectedQuestion } from './report.js';
