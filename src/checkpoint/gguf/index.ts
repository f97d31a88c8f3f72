export { GgufFile } from './file.js';
export { type GgufEntry, GgufFields, type GgufMetadata } from './metadata.js';
export type { GgufWeightType } from './quantize.js';
export { GgufWeights, readRopeFactors } from './weights.js';
export { writeGgufWeights } from './write-weights.js';
