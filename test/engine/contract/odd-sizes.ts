import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Engine, IGNORED_LABEL, type ModelShape, type PackedBatch } from '../../../src/engine/index.js';
import { difference, expectWithin } from '../../support/differences.js';
import { startsOf, tolerance } from '../../support/goldens.js';
import { logitsPass, withModel, zerosLike } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

interface Case {
  readonly what: string;
  readonly shape?: Partial<ModelShape>;
  readonly starts: readonly number[];
}

const cases: readonly Case[] = [
  { what: 'one token', starts: [0, 1] },
  { what: '17 tokens in sequences of none, one and a few', starts: [0, 0, 1, 1, 6, 7, 17, 17] },
  { what: '515 tokens of one sequence, three query heads a key head', shape: { keyValueHeads: 1 }, starts: [0, 515] },
  {
    what: '515 tokens in uneven sequences, heads of 80',
    shape: { layers: 1, heads: 2, keyValueHeads: 2, headSize: 80 },
    starts: [0, 1, 131, 131, 390, 515],
  },
  {
    what: 'tied embeddings and the positions of LLaMA 3.1',
    shape: {
      heads: 4,
      keyValueHeads: 2,
      tiedEmbeddings: true,
      rope: {
        theta: 500_000,
        scaling: { type: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 32 },
      },
    },
    starts: [0, 40, 70],
  },
  {
    what: 'a vocabulary whose logits come in chunks',
    shape: { vocabularySize: 65_537, hiddenSize: 7, layers: 0 },
    starts: [0, 110],
  },
  { what: 'a model without layers', shape: { layers: 0 }, starts: [0, 5] },
];

/** Sizes at which tilings and vector widths do not come out even, against the plain float64 definition. */
export function describeOddSizes(engine: () => Engine): void {
  it.each(cases)('equals the plain definition on $what', async ({ shape: changes, starts }) => {
    const shape = { ...smallShape, ...changes };
    await expectPlain(engine(), shape, randomBatch(shape, starts, 7), true);
    await expectPlain(engine(), shape, randomBatch(shape, starts, 8), false);
  });

  it('equals the plain definition on any small shape and packing', async () => {
    const shapes = fc.record({
      hiddenSize: fc.integer({ min: 5, max: 33 }),
      layers: fc.integer({ min: 1, max: 2 }),
      keyValueHeads: fc.integer({ min: 1, max: 3 }),
      queriesPerKey: fc.integer({ min: 1, max: 3 }),
      halfHead: fc.integer({ min: 1, max: 9 }),
      ffnSize: fc.integer({ min: 1, max: 30 }),
      tiedEmbeddings: fc.boolean(),
    });
    const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(shapes, lengths, fc.boolean(), async ({ queriesPerKey, halfHead, ...sizes }, packing, keep) => {
        const heads = sizes.keyValueHeads * queriesPerKey;
        const shape = { ...smallShape, ...sizes, heads, headSize: 2 * halfHead };
        await expectPlain(engine(), shape, randomBatch(shape, startsOf(packing), 3), keep);
      }),
      { numRuns: 12, seed: 5 },
    );
  });

  describe('where nothing is learned', () => {
    it.each([
      { what: 'all labels are ignored', starts: [0, 4, 9] },
      { what: 'every sequence is a single token', starts: [0, 1, 2, 3] },
      { what: 'every sequence is empty', starts: [0, 0, 0] },
      { what: 'there is no sequence', starts: [0] },
    ])('has no loss and no gradient when $what', async ({ what, starts }) => {
      const random = randomBatch(smallShape, starts, 1);
      const batch = what.includes('ignored') ? { ...random, labels: random.labels.map(() => IGNORED_LABEL) } : random;
      await withModel(engine(), smallShape, randomParameters(smallShape, 1), async (model) => {
        const gradients = await zerosLike(model);
        for (const keep of [true, false]) {
          const pass = await model.train(gradients, { gradientScale: 1, keep }, batch);
          expect(pass.lossSum).toBe(0);
          expect(pass.tokenLosses).toEqual(new Float32Array(starts.at(-1)!));
        }
        const norms = await Promise.all(gradients.map((gradient) => engine().sumOfSquares(gradient)));
        expect(norms.every((norm) => norm === 0)).toBe(true);
        engine().release(...gradients);
      });
    });
  });
}

async function expectPlain(engine: Engine, shape: ModelShape, batch: PackedBatch, keep: boolean): Promise<void> {
  const parameters = randomParameters(shape, 11);
  const plain = plainTransformer(shape, parameters, batch);
  const gradientScale = 1 / Math.max(1, plain.tokenLosses.filter((loss) => loss > 0).length);
  await withModel(engine, shape, parameters, async (model) => {
    const logits = await logitsPass(model, batch);
    expectWithin('logits', difference(logits, plain.logits_TV).maximum, tolerance.logits);

    const gradients = await zerosLike(model);
    const pass = await model.train(gradients, { gradientScale, keep }, batch);
    expectWithin('token loss', difference(pass.tokenLosses, plain.tokenLosses).maximum, tolerance.tokenLoss);
    const meanError = Math.abs(pass.lossSum - plain.lossSum) * gradientScale;
    expectWithin('mean loss', meanError, tolerance.meanLoss);

    const values = await Promise.all(gradients.map((gradient) => engine.download(gradient)));
    plain.gradients(gradientScale).forEach((expected, block) => {
      const { maximum, relative } = difference(values[block]!, expected);
      expectWithin('gradient', maximum, tolerance.gradient);
      expectWithin('gradient of a block, relative', relative, tolerance.gradientRelative);
    });
    engine.release(...gradients);
  });
}
