import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/index.js';
import { difference } from '../../support/differences.js';
import { withModel, zerosLike } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

const batch = randomBatch(smallShape, [0, 11, 17], 4);
const parameters = randomParameters(smallShape, 4);

describe('engines beside each other', () => {
  it('compute on their own backends at the same time, beside an application that uses another', async () => {
    await using wasm = await createEngine({ backend: 'wasm' });
    await using cpu = await createEngine({ backend: 'cpu' });
    await tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    const expected = plainTransformer(smallShape, parameters, batch);
    const losses = await Promise.all(
      [wasm, cpu, wasm, cpu].map((engine) =>
        withModel(engine, smallShape, parameters, async (model) => {
          const gradients = await zerosLike(model);
          const { lossSum } = await model.train(gradients, { gradientScale: 1, keep: false }, batch);
          expect(tf.getBackend()).toBe('cpu');
          engine.release(...gradients);
          return lossSum;
        }),
      ),
    );
    for (const loss of losses) expect(Math.abs(loss - expected.lossSum)).toBeLessThan(1e-4);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['wasm', 'cpu'] as const)('leave no tensor on %s, whether released or disposed of', async (backend) => {
    const before = tf.memory().numTensors;
    const engine = await createEngine({ backend });
    await withModel(engine, smallShape, parameters, async (model) => {
      const gradients = await zerosLike(model);
      for (const keep of [true, false]) await model.train(gradients, { gradientScale: 1, keep }, batch);
      const cache = await model.transformer.createCache(20);
      await model.transformer.decode(model.parameters, [{ cache, tokens: batch.tokens }]);
      model.transformer.truncateCache(cache, 3);
      engine.release(cache, ...gradients);
    });
    expect(tf.memory().numTensors).toBe(before);

    const kept = await engine.transformer(smallShape).batch(batch);
    await engine.upload(parameters[1]!);
    expect(kept.tokens).toBe(17);
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    await engine[Symbol.asyncDispose]();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('free what a failed computation had made', async () => {
    await using engine = await createEngine({ backend: 'wasm' });
    const transformer = engine.transformer(smallShape);
    await withModel(engine, smallShape, parameters, async (model) => {
      const handle = await transformer.batch(batch);
      const input = await transformer.embeddingForward(model.parameters[0]!, handle);
      const before = tf.memory().numTensors;
      const wrong = await engine.zeros(3);
      const broken = transformer.layerForward(wrong, input, handle, true);
      await expect(broken).rejects.toMatchObject({ code: 'engine-failed' });
      engine.release(wrong);
      expect(tf.memory().numTensors).toBe(before);
      engine.release(handle, input);
    });
    expect(difference([tf.memory().numTensors], [0]).maximum).toBeLessThan(10);
  });
});
