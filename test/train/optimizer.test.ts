import { describe, expect, it } from 'vitest';
import { type ModelShape, modelBlocks } from '../../src/engine/index.js';
import { clipFactor, matrixRanges } from '../../src/train/optimizer.js';

const shape: ModelShape = {
  vocabularySize: 10,
  hiddenSize: 4,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  headSize: 2,
  ffnSize: 6,
  rmsNormEpsilon: 1e-6,
  rope: { theta: 10_000 },
  tiedEmbeddings: false,
};

describe('weight decay', () => {
  it('takes in every matrix and no norm, as transformers groups parameters', () => {
    const [embedding, layer, head] = modelBlocks(shape);
    expect(matrixRanges(embedding!)).toEqual([[0, 40]]);
    const attention = 2 * 4 * 4 + 2 * 2 * 4;
    expect(matrixRanges(layer!)).toEqual([
      [4, 4 + attention],
      [8 + attention, 8 + attention + 3 * 6 * 4],
    ]);
    expect(matrixRanges(head!)).toEqual([[4, 44]]);
  });

  it('takes in nothing of a head that shares the matrix of the embedding', () => {
    expect(matrixRanges(modelBlocks({ ...shape, tiedEmbeddings: true }).at(-1)!)).toEqual([]);
  });
});

describe('clipping', () => {
  it('scales a longer gradient to the maximum, as torch does, and leaves a shorter one', () => {
    expect(clipFactor(4, 1)).toBe(1 / (4 + 1e-6));
    expect(clipFactor(0.5, 1)).toBe(1);
  });

  it('is off at 0', () => {
    expect(clipFactor(1e9, 0)).toBe(1);
  });
});
