export {
  type LearningRateEvent,
  type LearningRateSearch,
  type LearningRateSearchConfig,
  resolveSearchConfig,
  type TriedLearningRate,
} from './config.js';
export { searchLearningRate } from './search.js';
