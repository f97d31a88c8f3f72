export { GgufFile } from './file.js';
export { OUTPUT, ROPE_FACTORS } from './llama-tensors.js';
export { type GgufEntry, GgufFields, type GgufMetadata } from './metadata.js';
export type { GgufWeightType } from './quantize.js';
export { tokenizerMetadata } from './tokenizer/export.js';
export { readGgufTokenizer } from './tokenizer/import.js';
export { GgufWeights, readRopeFactors } from './weights.js';
export { writeGgufWeights } from './write-weights.js';
