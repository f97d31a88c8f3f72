import { Random } from '../../src/core/index.js';
import { IGNORED_LABEL, type ModelShape, modelBlocks, type PackedBatch } from '../../src/engine/index.js';

/** A small shape to vary. */
export const smallShape: ModelShape = {
  vocabularySize: 61,
  hiddenSize: 24,
  layers: 2,
  heads: 3,
  keyValueHeads: 3,
  headSize: 8,
  ffnSize: 20,
  rmsNormEpsilon: 1e-5,
  rope: { theta: 10_000 },
  tiedEmbeddings: false,
};

/** Parameters drawn so that activations keep their size from layer to layer; norms near one. */
export function randomParameters(shape: ModelShape, seed: number): Float32Array[] {
  const random = Random.fromSeed(seed, 'parameters');
  return modelBlocks(shape).map((block) => {
    const vector = new Float32Array(block.size);
    for (const { name, offset, size, shape: extents } of block.parameters) {
      const isNorm = extents.length === 1;
      const isUntiedEmbedding = name.startsWith('model.embed') && !shape.tiedEmbeddings;
      const deviation = isNorm ? 0.1 : isUntiedEmbedding ? 1 : 1 / Math.sqrt(extents[1]!);
      for (let i = offset; i < offset + size; i++) vector[i] = (isNorm ? 1 : 0) + deviation * random.normal();
    }
    return vector;
  });
}

/** Random tokens laid out in sequences; about a third of them are not learned. */
export function randomBatch(shape: ModelShape, sequenceStarts: readonly number[], seed: number): PackedBatch {
  const random = Random.fromSeed(seed, 'batch');
  const tokens = Int32Array.from({ length: sequenceStarts.at(-1)! }, () => random.integer(shape.vocabularySize));
  return {
    tokens,
    labels: tokens.map((token) => (random.uniform() < 1 / 3 ? IGNORED_LABEL : token)),
    sequenceStarts: Int32Array.from(sequenceStarts),
  };
}
