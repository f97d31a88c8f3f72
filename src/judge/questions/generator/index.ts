export type { QuestionRequest } from './batch.js';
export type { QuestionGeneratorConfig } from './config.js';
export { QuestionGenerator, type QuestionGeneratorRuntime } from './generator.js';
export type { FailedCall, GenerationReport, RejectedQuestion } from './report.js';
