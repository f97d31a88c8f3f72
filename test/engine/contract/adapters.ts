import { describe, expect, it } from 'vitest';
import {
  type Engine,
  loraBlocks,
  loraTargets,
  type ModelShape,
  type PackedBatch,
  type ResolvedLoraConfig,
} from '../../../src/engine/index.js';
import { type Adapter, plainAdapter, randomAdapter, withAdapters } from '../../support/adapters.js';
import { difference, expectWithin } from '../../support/differences.js';
import { tolerance } from '../../support/goldens.js';
import { headOf, logitsPass, withModel, zerosLike } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

const all: ResolvedLoraConfig = { rank: 5, alpha: 2, rankStabilized: false, dropout: 0, targets: loraTargets };

interface Case {
  readonly what: string;
  readonly shape?: Partial<ModelShape>;
  readonly lora: Partial<ResolvedLoraConfig>;
  readonly starts: readonly number[];
}

const cases: readonly Case[] = [
  { what: 'every map, rank 5', lora: {}, starts: [0, 1, 1, 8, 29] },
  { what: 'every map, dropping a third', lora: { dropout: 1 / 3 }, starts: [0, 9, 9, 23] },
  { what: 'queries and values, rank 1', lora: { rank: 1, targets: ['q_proj', 'v_proj'] }, starts: [0, 17] },
  { what: 'keys alone, rank 1, one token', lora: { rank: 1, targets: ['k_proj'], dropout: 0.5 }, starts: [0, 1] },
  {
    what: 'a rank above the sizes of its maps, the scale of high ranks, grouped heads',
    shape: { heads: 4, keyValueHeads: 1, headSize: 6, ffnSize: 37, hiddenSize: 19, tiedEmbeddings: true },
    lora: { rank: 41, rankStabilized: true, dropout: 0.1 },
    starts: [0, 33, 131],
  },
  { what: 'up and down, 301 tokens', lora: { targets: ['up_proj', 'down_proj'], dropout: 0.9 }, starts: [0, 130, 301] },
  { what: 'the output of attention', lora: { targets: ['o_proj'], dropout: 0.2 }, starts: [0, 12, 40] },
];

/** Low-rank adapters over a frozen model, against the plain float64 definition. */
export function describeAdapters(engine: () => Engine): void {
  describe('an adapter', () => {
    it.each(cases)('equals the plain definition: $what', async ({ shape: changes, lora, starts }) => {
      const shape = { ...smallShape, ...changes };
      const adapter = randomAdapter(shape, { ...all, ...lora }, 4);
      const kept = await expectPlain(engine(), shape, adapter, randomBatch(shape, starts, 7), true);
      const recomputed = await expectPlain(engine(), shape, adapter, randomBatch(shape, starts, 7), false);
      expect(recomputed).toEqual(kept);
    });

    it('learns beside the weights of its layer where these are not frozen', async () => {
      const adapter = randomAdapter(smallShape, { ...all, dropout: 0.25 }, 5);
      const batch = randomBatch(smallShape, [0, 11, 30], 3);
      const parameters = randomParameters(smallShape, 11);
      const plain = plainTransformer(smallShape, parameters, batch, plainAdapter(adapter, batch));
      const expected = plain.gradients(0.1);
      await withModel(engine(), smallShape, parameters, (model) =>
        withAdapters(engine(), adapter, async (adapters) => {
          const gradients = await zerosLike(model);
          await model.train(gradients, { gradientScale: 0.1, keep: true, adapters }, batch);
          for (const [block, gradient] of gradients.entries())
            expectGradient(await engine().download(gradient), expected[block]!);
          for (const [layer, { gradient }] of adapters.entries())
            expectGradient(await engine().download(gradient), plain.adapterGradients[layer]!);
          engine().release(...gradients);
        }),
      );
    });

    it('drops the same of a sequence wherever it is packed', async () => {
      const adapter = randomAdapter(smallShape, { ...all, dropout: 0.5 }, 6);
      const packed = { ...randomBatch(smallShape, [0, 7, 20], 3), sequenceIds: Int32Array.of(-40, 7) };
      const alone = [1, 0].map((sequence): PackedBatch => {
        const [start, end] = [packed.sequenceStarts[sequence]!, packed.sequenceStarts[sequence + 1]!];
        return {
          tokens: packed.tokens.slice(start, end),
          labels: packed.labels.slice(start, end),
          sequenceStarts: Int32Array.of(0, end - start),
          sequenceIds: packed.sequenceIds.slice(sequence, sequence + 1),
        };
      });
      const together = await gradientsOf(engine(), adapter, [packed]);
      const apart = await gradientsOf(engine(), adapter, alone);
      together.forEach((gradient, layer) => {
        expectGradient(apart[layer]!, gradient);
      });
      const renamed = await gradientsOf(engine(), adapter, [{ ...packed, sequenceIds: Int32Array.of(-40, 8) }]);
      expect(difference(renamed[0]!, together[0]!).relative).toBeGreaterThan(0.05);
    });

    it('that was merged into the weights gives the logits it gave beside them', async () => {
      const adapter = randomAdapter(smallShape, { ...all, alpha: 3 }, 7);
      const batch = randomBatch(smallShape, [0, 6, 25], 3);
      await withModel(engine(), smallShape, randomParameters(smallShape, 11), (model) =>
        withAdapters(engine(), adapter, async (adapters) => {
          const before = await logitsPass(model, batch);
          const beside = await logitsPass(model, batch, adapters);
          expect(difference(beside, before).maximum).toBeGreaterThan(0.1);
          for (const [layer, own] of adapters.entries())
            await model.transformer.mergeAdapter(model.parameters[layer + 1]!, own);
          expectWithin('merged logits', difference(await logitsPass(model, batch), beside).maximum, tolerance.logits);
        }),
      );
    });

    it('is refused where it does not fit the layer', async () => {
      const [{ size } = { size: 0 }] = loraBlocks(smallShape, all);
      const transformer = engine().transformer(smallShape);
      const [layer, rows, wrong] = await Promise.all(
        [transformer.blocks[1]!.size, 24, 7].map((n) => engine().zeros(n)),
      );
      const batch = await transformer.batch(randomBatch(smallShape, [0, 1], 1));
      const adapter = { lora: all, parameters: wrong! };
      const problem = new RegExp(`adapter block has ${size} parameters but a vector of 7`);
      await expect(transformer.layerForward(layer!, rows!, batch, false, adapter)).rejects.toThrow(problem);
      await expect(transformer.mergeAdapter(layer!, adapter)).rejects.toThrow(problem);
      engine().release(layer, rows, wrong, batch);
    });
  });

  it('gives the gradient of a frozen head’s input alone', async () => {
    const shape = { ...smallShape, tiedEmbeddings: true };
    const packed = randomBatch(shape, [0, 4, 9], 2);
    await withModel(engine(), shape, randomParameters(shape, 2), async (model) => {
      const { transformer, parameters } = model;
      const [batch, gradients] = [await transformer.batch(packed), await zerosLike(model)];
      const input = await transformer.embeddingForward(parameters[0]!, batch);
      const losses = [
        { gradientScale: 1, gradient: headOf(transformer, gradients) },
        { gradientScale: 1, inputGradient: true },
      ].map((options) => transformer.headLoss(headOf(transformer, parameters), input, batch, options));
      const [learning, frozen] = await Promise.all(losses);
      const [expected, actual] = [learning!, frozen!].map(({ inputGradient }) => engine().download(inputGradient!));
      expect(await actual).toEqual(await expected);
      expect(frozen!.lossSum).toBe(learning!.lossSum);
      engine().release(batch, input, learning!.inputGradient, frozen!.inputGradient, ...gradients);
    });
  });
}

/** @returns the adapter's gradients, one vector a layer. */
async function expectPlain(
  engine: Engine,
  shape: ModelShape,
  adapter: Adapter,
  batch: PackedBatch,
  keep: boolean,
): Promise<Float32Array[]> {
  const parameters = randomParameters(shape, 11);
  const plain = plainTransformer(shape, parameters, batch, plainAdapter(adapter, batch));
  const gradientScale = 1 / Math.max(1, plain.tokenLosses.filter((loss) => loss > 0).length);
  plain.gradients(gradientScale);
  return withModel(engine, shape, parameters, (model) =>
    withAdapters(engine, adapter, async (adapters) => {
      const pass = await model.train(undefined, { gradientScale, keep, adapters }, batch);
      expectWithin('token loss', difference(pass.tokenLosses, plain.tokenLosses).maximum, tolerance.tokenLoss);
      const gradients = await Promise.all(adapters.map(({ gradient }) => engine.download(gradient)));
      gradients.forEach((gradient, layer) => {
        expectGradient(gradient, plain.adapterGradients[layer]!);
      });
      return gradients;
    }),
  );
}

function expectGradient(actual: Float32Array, expected: ArrayLike<number>): void {
  const { maximum, relative } = difference(actual, expected);
  expectWithin('gradient', maximum, tolerance.gradient);
  expectWithin('gradient of an adapter, relative', relative, tolerance.gradientRelative);
}

async function gradientsOf(engine: Engine, adapter: Adapter, batches: readonly PackedBatch[]) {
  return withModel(engine, smallShape, randomParameters(smallShape, 11), (model) =>
    withAdapters(engine, adapter, async (adapters) => {
      for (const batch of batches) await model.train(undefined, { gradientScale: 0.1, keep: true, adapters }, batch);
      return Promise.all(adapters.map(({ gradient }) => engine.download(gradient)));
    }),
  );
}
