import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/index.js';
import { headOf, withModel, zerosLike } from '../../support/model-pass.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
  await tf.setBackend('wasm');
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

/** Most bytes of tensors that were alive at once. */
async function peakBytes(work: () => Promise<void>): Promise<number> {
  const { peakBytes: peak } = await tf.profile(work as unknown as () => tf.TensorContainer);
  return peak;
}

describe('the memory of a computation', () => {
  it('of a layer grows with the tokens of a sequence, not with their square', async () => {
    const shape = { ...smallShape, layers: 1 };
    await withModel(engine, shape, randomParameters(shape, 1), async ({ transformer, parameters }) => {
      const gradient = await engine.zeros(parameters[1]!.length);
      const peaks: number[] = [];
      for (const tokens of [1024, 2048]) {
        const batch = await transformer.batch(randomBatch(shape, [0, tokens], 1));
        const input = await transformer.embeddingForward(parameters[0]!, batch);
        peaks.push(
          await peakBytes(async () => {
            const layer = parameters[1]!;
            const { output } = await transformer.layerForward(layer, input, batch, false);
            const result = await transformer.layerBackward(layer, input, undefined, batch, output, gradient);
            engine.release(output, result);
          }),
        );
        engine.release(batch, input);
      }
      expect(peaks[1]! / peaks[0]!).toBeLessThan(2.1);
      engine.release(gradient);
    });
  });

  it('of the head stays below that of all logits', async () => {
    const shape = { ...smallShape, vocabularySize: 20_000, layers: 0 };
    await withModel(engine, shape, randomParameters(shape, 1), async (model) => {
      const { transformer, parameters } = model;
      const gradients = await zerosLike(model);
      const labelled = randomBatch(shape, [0, 4000], 1);
      const batch = await transformer.batch({ ...labelled, labels: labelled.tokens });
      const input = await transformer.embeddingForward(parameters[0]!, batch);
      const peak = await peakBytes(async () => {
        const { inputGradient } = await transformer.headLoss(headOf(transformer, parameters), input, batch, {
          gradientScale: 1,
          gradient: headOf(transformer, gradients),
        });
        engine.release(inputGradient);
      });
      expect(peak).toBeLessThan((4000 * shape.vocabularySize * 4) / 4);
      engine.release(batch, input, ...gradients);
    });
  });
});
