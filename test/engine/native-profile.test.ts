import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import type { NativeEngine } from '../../src/engine/native/index.js';
import { loadGolden, packedBatch } from '../support/goldens.js';
import { withModel, zerosLike } from '../support/model-pass.js';
import { nativeAddon } from '../support/native.js';

describe.skipIf(nativeAddon === undefined)('the profile of a native engine', () => {
  it('counts the kernels of a pass, changes nothing about it, and forgets what it has told', async () => {
    const golden = loadGolden('tiny-llama-mha');
    await using engine = (await createEngine({ engine: 'native' })) as NativeEngine;
    await withModel(engine, golden.shape, golden.parameters, async (model) => {
      const gradients = await zerosLike(model);
      const pass = () => model.train(gradients, { gradientScale: 1, keep: true }, packedBatch(golden.expected));
      const plain = await pass();
      expect(await engine.profile(true)).toEqual([]);
      expect(await pass()).toEqual(plain);
      const kernels = await engine.profile(true);
      const calls = Object.fromEntries(kernels.map(({ kernel, calls }) => [kernel, calls]));
      const { layers } = golden.shape;
      expect(calls).toMatchObject({
        attentionForward: layers,
        attentionBackward: layers,
        rope: 2 * layers,
        embeddingForward: 1,
        crossEntropy: 1,
      });
      for (const { seconds } of kernels) expect(seconds).toBeGreaterThan(0);
      expect(await engine.profile(false)).toEqual([]);
      await pass();
      expect(await engine.profile(false)).toEqual([]);
      engine.release(...gradients);
    });
  });
});
