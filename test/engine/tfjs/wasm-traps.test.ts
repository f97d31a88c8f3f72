import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/index.js';
import { Device } from '../../../src/engine/tfjs/device.js';
import { WasmKernels } from '../../../src/engine/tfjs/wasm-kernels.js';
import { logitsPass, withModel, zerosLike } from '../../support/model-pass.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

interface WasmModule {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
});

/**
 * Takes all memory that the backend has left, without touching it.
 *
 * @param leave - bytes to give back at once.
 */
function exhaust(leave = 0): () => void {
  const { wasm } = tf.findBackend('wasm') as unknown as { wasm: WasmModule };
  const taken: number[] = [];
  const left = leave > 0 ? wasm._malloc(leave) : undefined;
  for (let bytes = 2 ** 30; bytes >= 2 ** 12; bytes /= 2)
    for (;;)
      try {
        taken.push(wasm._malloc(bytes));
      } catch {
        break;
      }
  if (left !== undefined) wasm._free(left);
  return () => {
    for (const address of taken) wasm._free(address);
  };
}

describe('the wasm backend', () => {
  const device = new Device({ tf, backend: 'wasm', packageName: '@tensorflow/tfjs-backend-wasm' });

  it('multiplies by one matrix under two shapes', () => {
    const kernels = new WasmKernels(device);
    device.compute(() => {
      const b = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const first = kernels.matmul(tf.tensor2d([1, 10], [1, 2]), b);
      const second = kernels.matmul(tf.tensor2d([1, 10, 100], [1, 3]), tf.reshape(b, [3, 2]));
      expect([...first.dataSync()]).toEqual([41, 52, 63]);
      expect([...second.dataSync()]).toEqual([531, 642]);
    });
  });

  it('does not multiply when there is no room for its own copy of a matrix', () => {
    const kernels = new WasmKernels(device);
    device.compute(() => {
      const [a, b] = [tf.ones([1, 1024]), tf.ones([1024, 1024])];
      const free = exhaust(2 ** 16);
      expect(() => kernels.matmul(a, b)).toThrow(/no room for another 4 MB/);
      free();
      expect(kernels.matmul(a, b).dataSync()[1023]).toBe(1024);
    });
  });

  it('says which block did not fit when its memory is full, and goes on when there is room again', async () => {
    const shape = { ...smallShape, hiddenSize: 64, heads: 8, keyValueHeads: 8, ffnSize: 512 };
    const batch = randomBatch(shape, [0, 300], 1);
    await withModel(engine, shape, randomParameters(shape, 1), async (model) => {
      const gradients = await zerosLike(model);
      const { lossSum } = await model.train(gradients, { gradientScale: 1, keep: true }, batch);
      const handle = await model.transformer.batch(batch);
      const input = await model.transformer.embeddingForward(model.parameters[0]!, handle);
      const before = tf.memory().numTensors;

      const free = exhaust();
      const forward = model.transformer.layerForward(model.parameters[1]!, input, handle, false);
      await expect(forward).rejects.toMatchObject({
        code: 'engine-failed',
        message: expect.stringMatching(/forward of a layer.*wasm backend.*4 GB.*fewer tokens/),
      });
      await expect(engine.zeros(2 ** 20)).rejects.toThrow(/vector of zeros.*another 4 MB/);
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
      free();

      engine.release(handle, input);
      const again = await model.train(gradients, { gradientScale: 1, keep: true }, batch);
      expect(again.lossSum).toBe(lossSum);
      engine.release(...gradients);
    });
  });

  it('keeps no copies of parameters once its memory is nearly full', async () => {
    const batch = randomBatch(smallShape, [0, 9], 2);
    await withModel(engine, smallShape, randomParameters(smallShape, 2), async (model) => {
      const own = model.parameters.reduce((bytes, { length }) => bytes + length * 4, 0);
      // Memory never shrinks: the test before this one has made it scarce.
      await logitsPass(model, batch);
      expect(engine.usage.bytes).toBe(own);
    });
  });
});
