import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import { ExternalSorter } from '../../../src/data/near-duplicates/sort/external-sorter.js';
import { openFilesUnder } from '../../support/open-handles.js';
import { temporaryDirectory } from '../../support/temporary.js';

const never = new AbortController().signal;

async function sorted(records: readonly number[][], width: number, memoryBytes: number, directory?: string) {
  await using sorter = new ExternalSorter({ width, memoryBytes, directory });
  for (const record of records) await sorter.add(Uint32Array.from(record));
  const result: number[][] = [];
  for await (const block of sorter.sorted(never))
    for (let at = 0; at < block.length; at += width) result.push([...block.subarray(at, at + width)]);
  return { result, spilledBytes: sorter.spilledBytes };
}

function plainly(records: readonly number[][]): number[][] {
  return [...records].sort((one, other) => {
    const word = one.findIndex((value, index) => value !== other[index]);
    return word < 0 ? 0 : one[word]! - other[word]!;
  });
}

describe('ExternalSorter', () => {
  it('sorts records by all their words, in memory or in runs', async () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 0xffffffff }));
    const records = fc
      .integer({ min: 1, max: 3 })
      .chain((width) => fc.tuple(fc.constant(width), fc.array(fc.array(word, { minLength: width, maxLength: width }))));
    await fc.assert(
      fc.asyncProperty(records, fc.constantFrom(1, 60, 2 ** 20), async ([width, list], memoryBytes) => {
        expect((await sorted(list, width, memoryBytes)).result).toEqual(plainly(list));
      }),
    );
  });

  it('merges more runs than fit in memory at once, in several passes, and leaves no file', async () => {
    const directory = await temporaryDirectory();
    const random = Random.fromSeed(1);
    const records = Array.from({ length: 40_000 }, () => [random.uint32(), random.integer(5)]);
    const { result, spilledBytes } = await sorted(records, 2, 64 * 1024, directory);
    expect(result).toEqual(plainly(records));
    // Each record was written more than once.
    expect(spilledBytes).toBeGreaterThan(1.5 * 8 * records.length);
    expect(await readdir(directory)).toEqual([]);
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });
});
