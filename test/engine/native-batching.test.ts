import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BlockWeights,
  createEngine,
  type Engine,
  type KeyValueCache,
  type ModelShape,
  modelBlocks,
} from '../../src/engine/index.js';
import { nativeAddon } from '../support/native.js';
import { randomBatch, randomParameters } from '../support/random-model.js';

/** Depths and widths that are no multiples of any vector or tile, and heads of several vectors. */
const shape: ModelShape = {
  vocabularySize: 131,
  hiddenSize: 84,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 36,
  ffnSize: 150,
  rmsNormEpsilon: 1e-5,
  rope: { theta: 10_000 },
  tiedEmbeddings: false,
};
const parameters = randomParameters(shape, 31);
const formats = ['float32', 'bfloat16', 'int8'] as const;
const sequences = [230, 61, 40, 17, 16, 2].map((length, seed) => randomBatch(shape, [0, length], seed).tokens);

const supported = nativeAddon?.instructionSets() ?? [];

/** The bits of a sequence's logits, by how many of its tokens went before. */
type Bits = Map<number, Buffer>;
const bitsOf = (logits: Float32Array) => Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength);

async function withWeights(
  engine: Engine,
  format: (typeof formats)[number],
  work: (weights: readonly BlockWeights[], transformer: ReturnType<Engine['transformer']>) => Promise<void>,
): Promise<void> {
  const transformer = engine.transformer(shape);
  const vectors = await Promise.all(parameters.map((values) => engine.upload(values)));
  const weights =
    format === 'float32'
      ? vectors
      : await Promise.all(modelBlocks(shape).map((_, block) => transformer.compress!(block, vectors[block]!, format)));
  await work(weights, transformer);
  engine.release(...vectors, ...(format === 'float32' ? [] : weights));
}

describe.each(supported)('decoding with %s instructions', (instructionSet) => {
  it.each(formats)('gives a token of %s weights the same bits in every company and every cut', async (format) => {
    await using engine = await createEngine({ engine: 'native', instructionSet, threads: 2 });
    await withWeights(engine, format, async (weights, transformer) => {
      // What each sequence gives alone, token by token.
      const alone: Bits[] = [];
      for (const tokens of sequences) {
        const cache = await transformer.createCache(tokens.length);
        const bits: Bits = new Map();
        for (let at = 0; at < tokens.length; at++) {
          const [logits] = await transformer.decode(weights, [{ cache, tokens: tokens.subarray(at, at + 1) }]);
          bits.set(at + 1, bitsOf(logits!));
        }
        alone.push(bits);
        engine.release(cache);
      }
      // A schedule: in each step, how many tokens each sequence brings; 0 sits out, and -1 goes on in a copy of its cache.
      const step = fc.array(fc.oneof(fc.constantFrom(0, 1, 1, -1), fc.integer({ min: 2, max: 120 })), {
        minLength: sequences.length,
        maxLength: sequences.length,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (schedule) => {
          const caches: KeyValueCache[] = [];
          for (const { length } of sequences) caches.push(await transformer.createCache(length));
          for (const counts of schedule) {
            for (const [index, count] of counts.entries()) {
              if (count !== -1) continue;
              const copy = await transformer.copyCache(caches[index]!, caches[index]!.length, sequences[index]!.length);
              engine.release(caches[index]!);
              caches[index] = copy;
            }
            const requests = sequences.flatMap((tokens, index) => {
              const { length } = caches[index]!;
              const part = tokens.subarray(length, length + Math.abs(counts[index]!));
              return part.length === 0 ? [] : [{ cache: caches[index]!, tokens: part, index }];
            });
            const logits = await transformer.decode(weights, requests);
            for (const [place, { cache, index }] of requests.entries())
              expect(bitsOf(logits[place]!).equals(alone[index]!.get(cache.length)!)).toBe(true);
          }
          engine.release(...caches);
        }),
        { numRuns: 12 },
      );
    });
    expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
  });
});
