import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleStore } from '../../../src/data/packing/index.js';
import { anyExample, numberedExample, storeOf } from './examples.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Temporary files of stores this process holds open, where the system can tell. */
async function openTemporaryFiles(): Promise<number> {
  const handles = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')));
  return targets.filter((target) => target.startsWith(join(directory, 'vicuna-sdk-'))).length;
}

describe('ExampleStore', () => {
  it('gives back what it was given, in memory or from a file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyExample), fc.integer({ min: 0, max: 400 }), async (examples, memoryBytes) => {
        const store = await storeOf(examples, { memoryBytes, directory });
        expect(store.size).toBe(examples.length);
        for (const [index, example] of examples.entries()) {
          expect(await store.read(index)).toEqual(example);
          expect(store.lengths[index]).toBe(example.tokens.length);
          expect(store.supervisedTokens[index]).toBe(example.supervisedTokens);
        }
        await store[Symbol.asyncDispose]();
      }),
    );
  });

  it('uses a file only beyond its memory', async () => {
    const small = await storeOf([numberedExample(0, 100)], { memoryBytes: 10_000, directory });
    const large = await storeOf(
      Array.from({ length: 100 }, (_, number) => numberedExample(number, 100)),
      { memoryBytes: 10_000, directory },
    );
    expect([small.spilled, large.spilled]).toEqual([false, true]);
    await small[Symbol.asyncDispose]();
    await large[Symbol.asyncDispose]();
  });

  it('leaves no file behind, not even while it is used, and no open handle once disposed', async () => {
    const store = await storeOf([numberedExample(0, 50), numberedExample(1, 50)], { memoryBytes: 100, directory });
    expect(store.spilled).toBe(true);
    if (process.platform === 'linux') expect(await openTemporaryFiles()).toBe(1);
    expect(await readdir(directory)).toEqual([]);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    expect(await openTemporaryFiles()).toBe(0);
  });

  it('is named by its data: by every example and their order', async () => {
    const [first, second] = [numberedExample(1, 8), numberedExample(2, 8)];
    const fingerprints = [];
    for (const examples of [[first, second], [second, first], [first], [first, { ...second, id: 'other' }]])
      fingerprints.push((await storeOf(examples)).fingerprint);
    expect(new Set(fingerprints).size).toBe(4);
    expect((await storeOf([first, second], { memoryBytes: 0, directory })).fingerprint).toBe(fingerprints[0]);
  });

  it.each([
    ['labels of another length', { labels: Int32Array.of(-100) }, /2 tokens but 1 labels/],
    ['a label that is not its token', { labels: Int32Array.of(-100, 9) }, /label 1 is 9/],
    ['a negative token', { tokens: Int32Array.of(1, -2), labels: Int32Array.of(1, -2) }, /token 1 is -2/],
  ])('refuses %s, naming the example', async (_, change, message) => {
    const store = await ExampleStore.create();
    const example = { ...numberedExample(3, 2), ...change };
    await expect(store.add(example)).rejects.toMatchObject({
      code: 'data-malformed',
      message: expect.stringMatching(message),
    });
    await expect(store.add(example)).rejects.toThrow(/"conversation-3"/);
    expect(store.size).toBe(0);
  });

  it('says where it could not write and what to do', async () => {
    const missing = join(directory, 'missing');
    await expect(storeOf([numberedExample(0, 9), numberedExample(1, 9)], { memoryBytes: 0, directory: missing }))
      .rejects //
      .toMatchObject({ code: 'file-unwritable', message: expect.stringContaining(missing) });
  });

  it('refuses to be used after it was disposed', async () => {
    const store = await storeOf([numberedExample(0, 9)]);
    await store[Symbol.asyncDispose]();
    await expect(store.read(0)).rejects.toMatchObject({ code: 'disposed' });
    await expect(store.add(numberedExample(1, 9))).rejects.toMatchObject({ code: 'disposed' });
  });
});
