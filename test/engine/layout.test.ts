import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/index.js';
import { modelBlocks } from '../../src/engine/index.js';
import { assertShape } from '../../src/engine/shape.js';
import { loadGolden } from '../support/goldens.js';
import { smallShape } from '../support/random-model.js';

describe('the blocks of a model', () => {
  it('lay out every parameter of transformers once, without gaps', () => {
    const { shape, expected } = loadGolden('tiny-llama-mha');
    const blocks = modelBlocks(shape);
    expect(blocks.map(({ kind, layer }) => layer ?? kind)).toEqual(['embedding', 0, 1, 2, 'head']);
    for (const { parameters, size } of blocks) {
      let reached = 0;
      for (const slice of parameters) {
        expect(slice.offset).toBe(reached);
        expect(slice.shape.reduce((a, b) => a * b)).toBe(slice.size);
        reached += slice.size;
      }
      expect(reached).toBe(size);
    }
    const names = blocks.flatMap(({ parameters }) => parameters.map(({ name }) => name));
    expect(names.toSorted()).toEqual(Object.keys(expected.grads).toSorted());
  });

  it('give a tied head only its norm', () => {
    const head = modelBlocks({ ...smallShape, tiedEmbeddings: true }).at(-1)!;
    expect(head.parameters.map(({ name }) => name)).toEqual(['model.norm.weight']);
  });
});

describe('checking a shape', () => {
  it('names every size at fault', () => {
    expect(() => assertShape(smallShape)).not.toThrow();
    const broken = { ...smallShape, headSize: 7, ffnSize: 0, keyValueHeads: 2 };
    expect(() => assertShape(broken)).toThrow(ConfigError);
    for (const size of ['headSize', 'ffnSize', 'keyValueHeads']) expect(() => assertShape(broken)).toThrow(size);
  });
});
