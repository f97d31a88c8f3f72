import { describe, expect, it } from 'vitest';
import type { Engine, KeyValueCache } from '../../../src/engine/index.js';
import { difference, expectWithin } from '../../support/differences.js';
import { goldenModels, loadGolden, tolerance } from '../../support/goldens.js';
import { type ModelOnEngine, withModel } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

const shape = { ...smallShape, heads: 4, keyValueHeads: 2 };
const parameters = randomParameters(shape, 21);

/** The tokens of one sequence and the logits that the plain definition gives after each of them. */
function sequenceOf(tokens: number, seed: number) {
  const batch = randomBatch(shape, [0, tokens], seed);
  const { logits_TV } = plainTransformer(shape, parameters, batch);
  const V = shape.vocabularySize;
  return { tokens: batch.tokens, logitsAfter: (count: number) => logits_TV.subarray((count - 1) * V, count * V) };
}

/** Continuing sequences through caches of keys and values. */
export function describeDecoding(engine: () => Engine): void {
  const withShape = (work: (model: ModelOnEngine) => Promise<void>) => withModel(engine(), shape, parameters, work);

  describe.each(goldenModels)('decoding %s', (name) => {
    it('continues greedily as transformers does', async () => {
      const golden = loadGolden(name);
      const { prompt, tokens } = golden.expected.greedy;
      const V = golden.shape.vocabularySize;
      await withModel(engine(), golden.shape, golden.parameters, async ({ transformer, parameters: vectors }) => {
        const cache = await transformer.createCache(prompt.length + tokens.length);
        const drawn: number[] = [];
        const steps: number[] = [];
        let next = Int32Array.from(prompt);
        for (let step = 0; step < tokens.length; step++) {
          const [logits] = await transformer.decode(vectors, [{ cache, tokens: next }]);
          steps.push(...logits!);
          drawn.push(logits!.indexOf(Math.max(...logits!)));
          next = Int32Array.of(drawn.at(-1)!);
        }
        expect(drawn).toEqual(tokens);
        const stored = golden.tensors.get('greedy.step_logits')!.values;
        expect(steps.length).toBe(tokens.length * V);
        expectWithin('logits, decoded', difference(steps, stored).maximum, tolerance.logits);
        engine().release(cache);
      });
    });
  });

  describe('decoding', () => {
    it('gives several sequences of different lengths what it gives each alone', async () => {
      const sequences = [sequenceOf(5, 1), sequenceOf(19, 2), sequenceOf(9, 3)];
      await withShape(async ({ transformer, parameters: vectors }) => {
        const caches = await Promise.all(sequences.map(() => transformer.createCache(32)));
        let read = sequences.map(({ tokens }) => tokens.length - 3);
        const step = async (ends: number[]) => {
          const requests = sequences.map(({ tokens }, i) => ({
            cache: caches[i]!,
            tokens: tokens.subarray(caches[i]!.length, ends[i]!),
          }));
          const logits = await transformer.decode(vectors, requests);
          sequences.forEach(({ logitsAfter }, i) => {
            const error = difference(logits[i]!, logitsAfter(ends[i]!)).maximum;
            expectWithin('logits, decoded', error, tolerance.logits);
          });
        };
        await step(read);
        for (let more = 0; more < 3; more++) {
          read = read.map((count) => count + 1);
          await step(read);
        }
        expect(caches.map(({ length }) => length)).toEqual([5, 19, 9]);
        engine().release(...caches);
      });
    });

    it('takes a long prompt whole, in chunks, or token by token at the end', async () => {
      const { tokens, logitsAfter } = sequenceOf(523, 4);
      await withShape(async ({ transformer, parameters: vectors }) => {
        for (const chunks of [[523], [130, 385, 7, 1], [512, 1, 10]]) {
          const cache = await transformer.createCache(523);
          for (const chunk of chunks) {
            const part = tokens.subarray(cache.length, cache.length + chunk);
            const [logits] = await transformer.decode(vectors, [{ cache, tokens: part }]);
            const error = difference(logits!, logitsAfter(cache.length)).maximum;
            expectWithin('logits, decoded', error, tolerance.logits);
          }
          engine().release(cache);
        }
      });
    });

    it('goes on from a truncated cache as if the rest had never been', async () => {
      const { tokens, logitsAfter } = sequenceOf(12, 5);
      await withShape(async ({ transformer, parameters: vectors }) => {
        const cache = await transformer.createCache(20);
        const continueFrom = async (length: number) => {
          transformer.truncateCache(cache, length);
          expect(cache.length).toBe(length);
          const [logits] = await transformer.decode(vectors, [{ cache, tokens: tokens.subarray(length, 12) }]);
          expectWithin('logits, decoded', difference(logits!, logitsAfter(12)).maximum, tolerance.logits);
        };
        await continueFrom(0);
        await continueFrom(7);
        await continueFrom(0);
        transformer.truncateCache(cache, 100);
        expect(cache.length).toBe(12);
        engine().release(cache);
      });
    });

    it('goes on from a copy of a beginning as from the cache itself, which stays as it is', async () => {
      const { tokens, logitsAfter } = sequenceOf(70, 6);
      await withShape(async ({ transformer, parameters: vectors }) => {
        const cache = await transformer.createCache(60);
        await transformer.decode(vectors, [{ cache, tokens: tokens.subarray(0, 50) }]);
        const copies = await Promise.all(
          (
            [
              [0, 70],
              [1, 70],
              [33, 90],
              [50, 70],
            ] as const
          ).map(([length, capacity]) => transformer.copyCache(cache, length, capacity)),
        );
        expect(copies.map(({ length, capacity }) => [length, capacity])).toEqual([
          [0, 70],
          [1, 70],
          [33, 90],
          [50, 70],
        ]);
        const requests = copies.map((copy) => ({ cache: copy, tokens: tokens.subarray(copy.length) }));
        for (const logits of await transformer.decode(vectors, requests))
          expectWithin('logits, decoded', difference(logits, logitsAfter(70)).maximum, tolerance.logits);
        const [logits] = await transformer.decode(vectors, [{ cache, tokens: tokens.subarray(50, 60) }]);
        expectWithin('logits, decoded', difference(logits!, logitsAfter(60)).maximum, tolerance.logits);
        const copy = (length: number, capacity: number) => transformer.copyCache(cache, length, capacity);
        await expect(copy(61, 70)).rejects.toThrow(/61 tokens of a cache that holds 60/);
        await expect(copy(20, 19)).rejects.toMatchObject({ code: 'engine-failed' });
        engine().release(cache, ...copies);
        await expect(copy(1, 70)).rejects.toMatchObject({ code: 'disposed' });
      });
    });

    it('refuses what cannot be decoded and leaves the caches as they were', async () => {
      await withShape(async ({ transformer, parameters: vectors }) => {
        const cache = await transformer.createCache(4);
        const decode = (...requests: { cache: KeyValueCache; tokens: Int32Array }[]) =>
          transformer.decode(vectors, requests);
        await decode({ cache, tokens: Int32Array.of(1, 2, 3) });
        await expect(decode({ cache, tokens: Int32Array.of(1, 2) })).rejects.toMatchObject({
          code: 'context-overflow',
        });
        await expect(decode({ cache, tokens: new Int32Array() })).rejects.toMatchObject({ code: 'engine-failed' });
        await expect(decode({ cache, tokens: Int32Array.of(61) })).rejects.toThrow(/token 61/);
        const once = { cache, tokens: Int32Array.of(1) };
        await expect(decode(once, once)).rejects.toThrow(/same cache/);
        await expect(transformer.createCache(0)).rejects.toMatchObject({ code: 'engine-failed' });
        expect(cache.length).toBe(3);
        expect(await decode()).toEqual([]);
        engine().release(cache);
      });
    });
  });

  describe('the final norm', () => {
    it.each([true, false])('is what the head reads (tied: %s)', async (tiedEmbeddings) => {
      const shape = { ...smallShape, tiedEmbeddings };
      const parameters = randomParameters(shape, 22);
      const C = shape.hiddenSize;
      const input = randomParameters({ ...shape, vocabularySize: 7 }, 23)[0]!.subarray(0, 7 * C);
      await withModel(engine(), shape, parameters, async ({ transformer, parameters: vectors }) => {
        const x_TC = await engine().upload(input);
        const head = { head: vectors.at(-1)!, embedding: vectors[0] };
        const normalised_TC = await transformer.finalNorm(head, x_TC);
        const weight_C = parameters.at(-1)!;
        const expected = Float64Array.from(input, (value, index) => {
          const row = input.subarray(index - (index % C), index - (index % C) + C);
          const squares = row.reduce((sum, x) => sum + x * x, 0);
          return (value / Math.sqrt(squares / C + shape.rmsNormEpsilon)) * weight_C[index % C]!;
        });
        expect(difference(await engine().download(normalised_TC), expected).maximum).toBeLessThan(1e-5);
        engine().release(x_TC, normalised_TC);
        await expect(transformer.finalNorm(head, x_TC)).rejects.toMatchObject({ code: 'disposed' });
      });
    });
  });
}
