import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlockWeights, Engine, ModelShape, ModelWeights, Transformer } from '../../src/engine/index.js';
import { createEngine } from '../../src/engine/index.js';
import { INSTRUCTION_SETS } from '../../src/engine/native/index.js';
import { difference } from '../support/differences.js';
import { tolerance } from '../support/goldens.js';
import { nativeAddon } from '../support/native.js';
import { plainTransformer } from '../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../support/random-model.js';
import { roundedWeights } from '../support/rounded-weights.js';

const formats = ['bfloat16', 'int8'] as const;
const shapes: Record<string, ModelShape> = {
  'odd sizes': { ...smallShape, hiddenSize: 80, heads: 4, keyValueHeads: 2, headSize: 22, ffnSize: 97 },
  'tied embeddings': { ...smallShape, hiddenSize: 48, heads: 2, keyValueHeads: 1, headSize: 24, tiedEmbeddings: true },
};
const supported = nativeAddon?.instructionSets() ?? [];

describe.each(INSTRUCTION_SETS.filter((set) => supported.includes(set)))(
  'compressed weights on %s',
  (instructionSet) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await createEngine({ engine: 'native', instructionSet, threads: 2 });
    });
    afterAll(async () => {
      expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
      await engine[Symbol.asyncDispose]();
    });

    async function compressed(shape: ModelShape, seed: number, format: (typeof formats)[number]) {
      const transformer = engine.transformer(shape);
      const blocks = randomParameters(shape, seed);
      const weights: BlockWeights[] = [];
      for (const [index, values] of blocks.entries()) {
        const vector = await engine.upload(values);
        weights.push(await transformer.compress!(index, vector, format));
        engine.release(vector);
      }
      return { transformer, weights, rounded: roundedWeights(shape, blocks, format) };
    }

    describe.each(Object.entries(shapes))('%s', (_, shape) => {
      it.each(formats)('compute in every pass what the rounded numbers stand for, as %s', async (format) => {
        const { transformer, weights, rounded } = await compressed(shape, 5, format);
        const batch = randomBatch(shape, [0, 37], 6);
        const expected = plainTransformer(shape, rounded, batch);
        const [rows, lossSum] = await passes(engine, transformer, weights, batch);
        expect(difference(rows, expected.logits_TV).maximum).toBeLessThan(tolerance.logits);
        const cache = await transformer.createCache(37);
        for (const end of [30, 36, 37]) {
          const tokens = batch.tokens.subarray(cache.length, end);
          const [logits] = await transformer.decode(weights, [{ cache, tokens }]);
          const V = shape.vocabularySize;
          const plain = expected.logits_TV.subarray((end - 1) * V, end * V);
          expect(difference(logits!, plain).maximum).toBeLessThan(tolerance.logits);
        }
        expect(Math.abs(lossSum - expected.lossSum) / 36).toBeLessThan(tolerance.tokenLoss);
        engine.release(cache, ...weights);
      });
    });

    it('take a half and about a quarter of the memory', async () => {
      const shape = { ...smallShape, vocabularySize: 500, hiddenSize: 96, headSize: 32, ffnSize: 256 };
      const whole = randomParameters(shape, 1).reduce((bytes, block) => bytes + block.byteLength, 0);
      for (const [format, share] of [
        ['bfloat16', 0.5],
        ['int8', 0.25 * (1 + 4 / 32)],
      ] as const) {
        const { weights } = await compressed(shape, 1, format);
        expect(engine.usage.bytes / whole).toBeGreaterThanOrEqual(share);
        expect(engine.usage.bytes / whole).toBeLessThan(share * 1.02);
        engine.release(...weights);
        expect(engine.usage.bytes).toBe(0);
      }
    });

    it('may be mixed with float32 blocks', async () => {
      const shape = shapes['odd sizes']!;
      const { transformer, weights, rounded } = await compressed(shape, 8, 'int8');
      const blocks = randomParameters(shape, 8);
      const first = await engine.upload(blocks[1]!);
      const mixed = weights.with(1, first);
      const batch = randomBatch(shape, [0, 9], 2);
      const [rows] = await passes(engine, transformer, mixed, batch);
      const expected = plainTransformer(shape, rounded.with(1, blocks[1]!), batch);
      expect(difference(rows, expected.logits_TV).maximum).toBeLessThan(tolerance.logits);
      engine.release(first, ...weights);
    });

    it('are refused where they do not belong', async () => {
      const { transformer, weights } = await compressed(smallShape, 3, 'int8');
      const batch = await transformer.batch(randomBatch(smallShape, [0, 4], 1));
      const input = await transformer.embeddingForward(weights[0]!, batch);
      const another = engine.transformer(smallShape);
      await expect(another.embeddingForward(weights[0]!, batch)).rejects.toThrow(/another transformer/);
      await expect(transformer.layerForward(weights[0]!, input, batch, false)).rejects.toThrow(
        /of the embedding .* the layer/,
      );
      await expect(transformer.compress!(9, input, 'int8')).rejects.toThrow(/none of number 9/);
      await expect(transformer.compress!(1, input, 'int8')).rejects.toMatchObject({ code: 'engine-failed' });
      const gradient = { head: await engine.zeros(transformer.blocks.at(-1)!.size) };
      const options = { gradientScale: 1, gradient };
      await expect(transformer.headLoss({ head: weights.at(-1)! }, input, batch, options)).rejects.toThrow(
        /no gradient/,
      );
      engine.release(weights[1]);
      await expect(transformer.layerForward(weights[1]!, input, batch, false)).rejects.toMatchObject({
        code: 'disposed',
      });
      engine.release(gradient.head, batch, input, ...weights);
    });
  },
);

/** @returns every position's logits, and the sum of the losses. */
async function passes(
  engine: Engine,
  transformer: Transformer,
  weights: ModelWeights,
  packed: ReturnType<typeof randomBatch>,
): Promise<[logits: Float32Array, lossSum: number]> {
  const batch = await transformer.batch(packed);
  const head = { head: weights.at(-1)!, embedding: weights[0] };
  let x = await transformer.embeddingForward(weights[0]!, batch);
  for (const layer of weights.slice(1, -1)) {
    const { output } = await transformer.layerForward(layer, x, batch, false);
    engine.release(x);
    x = output;
  }
  const logits = await transformer.headLogits(head, x, Int32Array.from(packed.tokens.keys()));
  const { lossSum } = await transformer.headLoss(head, x, batch, { gradientScale: 1 });
  engine.release(batch, x);
  return [logits, lossSum];
}
