import type { HuggingFaceWeights } from '../../src/checkpoint/index.js';
import type { ModelShape } from '../../src/engine/index.js';

/** The smallest model that has every kind of block. */
export const shape: ModelShape = {
  vocabularySize: 6,
  hiddenSize: 4,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headSize: 2,
  ffnSize: 3,
  rmsNormEpsilon: 1e-6,
  rope: { theta: 10000 },
  tiedEmbeddings: false,
};
export const tiedShape = { ...shape, tiedEmbeddings: true };

export const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

/** Every block of a model, in forward order. */
export async function readAll(weights: HuggingFaceWeights): Promise<Float32Array[]> {
  const blocks: Float32Array[] = [];
  for (const block of weights.blocks) blocks.push(await weights.read(block, new Float32Array(block.size)));
  return blocks;
}
