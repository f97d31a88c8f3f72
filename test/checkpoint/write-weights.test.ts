import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HuggingFaceWeights, SafetensorsFile, writeWeights } from '../../src/checkpoint/index.js';
import { modelBlocks } from '../../src/engine/index.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryFolder } from './files.js';
import { bytesOf, readAll, shape, tiedShape } from './small-model.js';

const folder = temporaryFolder();

describe('writing the weights of a model', () => {
  it('gives the same blocks back, however they were split', async () => {
    const directory = join(folder, 'split');
    const blocks = modelBlocks(shape).map(({ size }, block) =>
      Float32Array.from({ length: size }, (_, i) => block * 100 + i),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (maximumShardBytes) => {
        await rm(directory, { recursive: true, force: true });
        await mkdir(directory);
        const asked: number[] = [];
        const read = async (block: number, into: Float32Array) => {
          asked.push(block);
          into.set(blocks[block]!);
        };
        await writeWeights(directory, modelBlocks(shape), read, { dtype: 'float32', maximumShardBytes });
        expect(asked).toEqual([0, 1, 2, 3]);
        const sizes = await Promise.all(
          (await readdir(directory))
            .filter((name) => name.endsWith('.safetensors'))
            .map(async (name) => {
              await using file = await SafetensorsFile.open(join(directory, name));
              return [...file.tensors.values()].map(({ begin, end }) => end - begin);
            }),
        );
        for (const tensors of sizes)
          expect(tensors.length === 1 || tensors.reduce((sum, bytes) => sum + bytes, 0) <= maximumShardBytes).toBe(
            true,
          );
        await using weights = await HuggingFaceWeights.open(directory, shape);
        expect(await readAll(weights)).toEqual(blocks);
      }),
      { numRuns: 40 },
    );
  });

  it('writes the index as transformers does', async () => {
    const original = join(numericsDirectory, 'tiny-llama-gqa-tied/model');
    const copy = join(folder, 'index');
    await mkdir(copy);
    const goldenShape = {
      ...tiedShape,
      vocabularySize: 384,
      hiddenSize: 96,
      heads: 6,
      keyValueHeads: 2,
      headSize: 16,
      ffnSize: 256,
    };
    await using weights = await HuggingFaceWeights.open(original, goldenShape);
    const read = (block: number, into: Float32Array) => weights.read(weights.blocks[block]!, into);
    const progress: number[] = [];
    await writeWeights(copy, weights.blocks, read, {
      dtype: 'bfloat16',
      maximumShardBytes: 250_000,
      onProgress: ({ done, total }) => progress.push(done / total!),
    });
    const indexOf = async (directory: string) =>
      JSON.parse(await readFile(join(directory, 'model.safetensors.index.json'), 'utf8'));
    const [ours, theirs] = [await indexOf(copy), await indexOf(original)];
    expect(ours.metadata).toEqual(theirs.metadata);
    expect(Object.keys(ours.weight_map)).toEqual(Object.keys(theirs.weight_map));
    expect(new Set(Object.values(ours.weight_map))).toEqual(new Set(Object.values(theirs.weight_map)));
    expect(progress.at(-1)).toBe(1);
    await using again = await HuggingFaceWeights.open(copy, goldenShape);
    const [first, second] = [await readAll(weights), await readAll(again)];
    expect(second.every((block, index) => bytesOf(block).equals(bytesOf(first[index]!)))).toBe(true);
  });
});
