export {
  type FailedCall,
  type GenerationReport,
  QuestionGenerator,
  type QuestionGeneratorConfig,
  type QuestionGeneratorRuntime,
  type QuestionRequest,
  type RejectedQuestion,
} from './generator/index.js';
export { NearDuplicates, type NearestQuestion } from './near-duplicates.js';
export { readQuestions, writeQuestions } from './read.js';
export { questionSchema } from './schema.js';
export { vicunaQuestions } from './vicuna-questions.js';
