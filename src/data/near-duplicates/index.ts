export type {
  MinHashConfig,
  NearDuplicate,
  NearDuplicateConfig,
  NearDuplicateOptions,
  NearDuplicateReport,
} from './config.js';
export { estimateSimilarity } from './min-hash.js';
export { removeNearDuplicates } from './remove.js';
export { minHashSignature, shingleSimilarity } from './signature.js';
