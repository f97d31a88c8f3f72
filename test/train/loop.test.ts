import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import type { VicunaModel } from '../../src/model/index.js';
import { forwardBackward, forwardLoss, type Pass } from '../../src/train/loop.js';
import { wholeVectors } from '../../src/train/vectors.js';
import { difference, expectWithin } from '../support/differences.js';
import {
  type GoldenModelName,
  goldenModels,
  loadGolden,
  namedParameters,
  packedBatch,
  tolerance,
} from '../support/goldens.js';
import { zerosLike } from '../support/model-pass.js';
import { fixtureModel } from './fixture-model.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
});
afterAll(() => engine[Symbol.asyncDispose]());

function passOf({ transformer, parameters }: VicunaModel): Pass {
  return { engine, transformer, parameters: wholeVectors(parameters), signals: [] };
}

/** Loss and gradients of a golden's packed batch, one flat vector a block. */
async function gradientsOf(name: GoldenModelName, activationBytes: number) {
  const { expected } = loadGolden(name);
  await using model = await fixtureModel(engine, name);
  const handles = engine.usage.handles;
  const gradients = await zerosLike(model);
  const pass = passOf(model);
  const batch = packedBatch(expected);
  const lossSum = await forwardBackward(pass, batch, {
    gradients: wholeVectors(gradients),
    gradientScale: 1 / expected.loss.supervised_tokens,
    activationBytes,
  });
  const values = await Promise.all(gradients.map((gradient) => engine.download(gradient)));
  engine.release(...gradients);
  const lossAlone = await forwardLoss(pass, batch);
  expect(engine.usage.handles).toBe(handles);
  return { lossSum, lossAlone, values };
}

describe.each(goldenModels)('the loop over the blocks of %s', (name) => {
  it('gives the loss and every gradient of transformers', async () => {
    const { shape, expected } = loadGolden(name);
    const { lossSum, lossAlone, values } = await gradientsOf(name, Number.POSITIVE_INFINITY);
    const mean = lossSum / expected.loss.supervised_tokens;
    expectWithin('mean loss', Math.abs(mean - expected.loss.packed_mean), tolerance.meanLoss);
    expect(lossAlone).toBe(lossSum);
    const gradients = namedParameters(shape, values);
    expect(gradients).toHaveLength(Object.keys(expected.grads).length);
    for (const { name: parameter, values: gradient } of gradients) {
      const golden = expected.grads[parameter]!;
      const ends = [...gradient.slice(0, 8), ...gradient.slice(-8)];
      const gap = difference(ends, [...golden.first8, ...golden.last8]);
      expectWithin('gradient', gap.maximum, tolerance.gradient);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
      expectWithin('gradient norm', Math.abs(norm / golden.norm - 1), tolerance.gradientNormRelative);
    }
  });

  it('keeps the activations of as many layers as fit', async () => {
    await using model = await fixtureModel(engine, name);
    const batch = packedBatch(loadGolden(name).expected);
    const layerForward = vi.spyOn(model.transformer, 'layerForward');
    const keptWithin = async (activationBytes: number) => {
      layerForward.mockClear();
      const gradients = await zerosLike(model);
      const pass = passOf(model);
      await forwardBackward(pass, batch, { gradients: wholeVectors(gradients), gradientScale: 1, activationBytes });
      engine.release(...gradients);
      return layerForward.mock.calls.map(([, , , keep]) => keep);
    };
    const { layers } = model.config;
    expect(await keptWithin(0)).toEqual(Array(layers).fill(false));
    expect(await keptWithin(Number.POSITIVE_INFINITY)).toEqual(Array(layers).fill(true));
    const { activations } = await layerForward.mock.results[0]!.value;
    expect(await keptWithin(1.5 * activations!.bytes)).toEqual([true, ...Array(layers - 1).fill(false)]);
  });

  it('gives the same bits whichever layers it computes again', async () => {
    const kept = await gradientsOf(name, Number.POSITIVE_INFINITY);
    for (const activationBytes of [0, 1, 1_000_000]) expect(await gradientsOf(name, activationBytes)).toEqual(kept);
  });
});
