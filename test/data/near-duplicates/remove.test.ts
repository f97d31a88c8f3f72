import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../../../src/conversation/index.js';
import { Random } from '../../../src/core/index.js';
import {
  type NearDuplicate,
  type NearDuplicateConfig,
  type NearDuplicateOptions,
  removeNearDuplicates,
  shingleSimilarity,
} from '../../../src/data/index.js';
import { conversationsDirectory, readShareGpt } from '../../support/conversations.js';
import { openFilesUnder } from '../../support/open-handles.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { conversationOf, drawWords, edited, plainJaccard, textOf, vocabulary } from './planted.js';

async function remove(
  conversations: Iterable<Conversation>,
  config: NearDuplicateConfig = {},
  options: NearDuplicateOptions = {},
) {
  const duplicates: NearDuplicate[] = [];
  const run = removeNearDuplicates(conversations, config, {
    ...options,
    onDuplicate: (found) => duplicates.push(found),
  });
  const kept: Conversation[] = [];
  for await (const conversation of run) kept.push(conversation);
  return { kept, ids: kept.map(({ id }) => id), duplicates, report: await run.result };
}

const lorem = (seed: number, words = 60) => {
  const random = Random.fromSeed(seed);
  return drawWords(words, random, vocabulary(3000, random));
};

/** Originals, and a copy of each with so many edits that similarities go from 0.4 to 1. */
function planted(count: number, seed = 1) {
  const random = Random.fromSeed(seed);
  const words = vocabulary(20_000, random);
  const pairs = Array.from({ length: count }, (_, index) => {
    const original = drawWords(60 + random.integer(200), random, words);
    const copy = edited(original, random.integer(Math.floor(original.length / 12)), random);
    return { id: `${index}`, original, copy, similarity: plainJaccard(original, copy) };
  });
  const conversations = random.shuffle(
    pairs.flatMap(({ id, original, copy }) => [
      conversationOf(`${id}-a`, textOf(original.slice(0, 20)), textOf(original.slice(20))),
      conversationOf(`${id}-b`, textOf(copy.slice(0, 20)), textOf(copy.slice(20))),
    ]),
  );
  return { pairs, conversations };
}

describe('removeNearDuplicates', () => {
  it('finds planted near-duplicates of known similarity, and only those: recall and precision of at least 0.95', async () => {
    const { pairs, conversations } = planted(1500);
    const { duplicates } = await remove(conversations);
    const similarity = new Map(pairs.map(({ id, ...pair }) => [id, pair.similarity]));
    const found = new Set(duplicates.map(({ id }) => id.split('-')[0]!));
    const alike = pairs.filter((pair) => pair.similarity >= 0.8);
    expect(alike.length).toBeGreaterThan(400);
    expect(pairs.length - alike.length).toBeGreaterThan(400);
    expect(alike.filter(({ id }) => found.has(id)).length / alike.length).toBeGreaterThanOrEqual(0.99);
    for (const { id, duplicateOf, ...duplicate } of duplicates) {
      const pair = id.split('-')[0]!;
      expect(duplicateOf.split('-')[0]).toBe(pair);
      expect(duplicate.similarity).toBeCloseTo(similarity.get(pair)!, 10);
      expect(duplicate.similarity).toBeGreaterThanOrEqual(0.8);
    }
  });

  it.each([0.6, 0.7, 0.9, 1])('finds those of a threshold of %d', async (threshold) => {
    const { pairs, conversations } = planted(400, 3);
    const { duplicates } = await remove(conversations, { threshold });
    const alike = pairs.filter((pair) => pair.similarity >= threshold);
    expect(alike.length).toBeGreaterThan(10);
    expect(duplicates.length).toBeGreaterThanOrEqual(0.97 * alike.length);
    expect(duplicates.length).toBeLessThanOrEqual(alike.length);
  });

  it('keeps the earliest, in the order of the source, and names what each duplicate is like', async () => {
    const text = textOf(lorem(1));
    const other = textOf(lorem(2));
    const { ids, duplicates, report } = await remove([
      conversationOf('a', 'q', text),
      conversationOf('b', 'q', other),
      conversationOf('c', 'Q?', text.toUpperCase()),
      conversationOf('d', 'q', `${text} end`),
    ]);
    expect(ids).toEqual(['a', 'b']);
    expect(duplicates).toEqual([
      { id: 'c', duplicateOf: 'a', similarity: 1, index: 2, duplicateOfIndex: 0 },
      { id: 'd', duplicateOf: 'a', similarity: expect.closeTo(57 / 58, 10), index: 3, duplicateOfIndex: 0 },
    ]);
    expect(report).toMatchObject({
      conversations: 4,
      kept: 2,
      duplicates: 2,
      exactDuplicates: 1,
      withoutWords: 0,
      crowdedKeys: 0,
      bands: 21,
      rows: 6,
      spilledBytes: 0,
    });
  });

  it('keeps what is like a duplicate but not like its original', async () => {
    const first = lorem(4, 200);
    const steps = [first, edited(first, 3, Random.fromSeed(1))];
    steps.push([...steps[1]!.slice(0, 100), ...edited(steps[1]!.slice(100), 3, Random.fromSeed(2))]);
    const [one, two, three] = steps as [string[], string[], string[]];
    expect(plainJaccard(one, two)).toBeGreaterThanOrEqual(0.8);
    expect(plainJaccard(two, three)).toBeGreaterThanOrEqual(0.8);
    expect(plainJaccard(one, three)).toBeLessThan(0.8);
    const { ids } = await remove(steps.map((words, index) => conversationOf(`${index}`, '', textOf(words))));
    expect(ids).toEqual(['0', '2']);
  });

  it('compares what both say, or prompts only; never system messages', async () => {
    const system = { role: 'system' as const, content: textOf(lorem(9, 300)) };
    const ask = (id: string, prompt: string, reply: string): Conversation => ({
      id,
      messages: [system, ...conversationOf(id, prompt, reply).messages],
    });
    const conversations = [
      ask('a', textOf(lorem(1)), textOf(lorem(2))),
      ask('b', textOf(lorem(1)), textOf(lorem(3))),
      ask('c', textOf(lorem(4)), textOf(lorem(2))),
    ];
    expect((await remove(conversations)).ids).toEqual(['a', 'b', 'c']);
    expect((await remove(conversations, { compare: 'prompts' })).ids).toEqual(['a', 'c']);
  });

  it('finds every exact copy, however many texts are made from one form', async () => {
    const form = lorem(5, 60);
    const random = Random.fromSeed(6);
    const family = Array.from({ length: 400 }, (_, index) =>
      conversationOf(`${index}`, '', textOf(edited(form, 3, random))),
    );
    const copies = family.map(({ messages }, index) => ({ id: `copy-${index}`, messages }));
    const { kept, duplicates, report } = await remove([...family, ...copies]);
    expect(report.crowdedKeys).toBeGreaterThan(0);
    expect(duplicates.filter(({ similarity }) => similarity === 1)).toHaveLength(report.exactDuplicates);
    expect(kept.filter(({ id }) => id.startsWith('copy'))).toEqual([]);
  });

  it('comes to the same result with any memory, through temporary files that nobody sees', async () => {
    const directory = await temporaryDirectory();
    const { conversations } = planted(1200, 5);
    const whole = await remove(conversations);
    const small = await remove(conversations, {}, { memoryBytes: 2 ** 20, directory });
    expect(whole.report.spilledBytes).toBe(0);
    expect(small.report.spilledBytes).toBeGreaterThan(conversations.length * 264);
    expect(small.kept).toEqual(whole.kept);
    expect(small.duplicates).toEqual(whole.duplicates);
    expect(small.kept).toEqual(conversations.filter(({ id }) => small.ids.includes(id)));
    expect(await readdir(directory)).toEqual([]);
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });

  it('leaves no conversation out without one of at least that similarity being kept, whatever the texts', async () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '你', '\ud83d', ' ', '!'), { maxLength: 12 });
    const conversation = fc
      .tuple(text, text)
      .map(([prompt, reply]) => conversationOf('', prompt.join(' '), reply.join('')));
    const config = { threshold: 0.5, shingleWords: 2 };
    await fc.assert(
      fc.asyncProperty(fc.array(conversation, { maxLength: 20 }), async (list) => {
        const numbered = list.map((each, index) => ({ ...each, id: `${index}` }));
        const { ids, duplicates } = await remove(numbered, config);
        expect([...ids, ...duplicates.map(({ id }) => id)].map(Number).sort((a, b) => a - b)).toEqual([...list.keys()]);
        for (const { index, duplicateOfIndex, duplicateOf, similarity } of duplicates) {
          const texts = (at: number) => numbered[at]!.messages.map(({ content }) => content);
          expect(duplicateOfIndex).toBeLessThan(index);
          expect(ids).toContain(duplicateOf);
          expect(similarity).toBe(shingleSimilarity(texts(index), texts(duplicateOfIndex), { shingleWords: 2 }));
          expect(similarity).toBeGreaterThanOrEqual(0.5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives conversations back as they were, halves of surrogate pairs and metadata included', async () => {
    const odd: Conversation = {
      id: '\ud83d',
      messages: [{ role: 'user', content: 'half \ude00 of 👍\u0000' }],
      segmentOf: 'x',
      unfinished: true,
      metadata: { title: 'é' },
    };
    expect((await remove([odd])).kept).toEqual([odd]);
  });

  it('takes messages of any size, and none, as they come', async () => {
    const long = 'word '.repeat(1_500_000);
    const endless = 'ж'.repeat(3_000_000);
    const list = [conversationOf('a', long, ''), conversationOf('b', endless, ''), conversationOf('c', '', '…')];
    const { ids, report } = await remove([...list, { id: 'd', messages: [] }], {}, { memoryBytes: 2 ** 20 });
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(report.withoutWords).toBe(2);
  });

  it('frees its files when it is left, or stopped at a signal with its very reason, at any point', async () => {
    const directory = await temporaryDirectory();
    const { conversations } = planted(1200, 6);
    const closed = vi.fn();
    function* source() {
      try {
        yield* conversations;
      } finally {
        closed();
      }
    }
    const options = { memoryBytes: 2 ** 20, directory };
    let count = 0;
    for await (const _ of removeNearDuplicates(source(), {}, options)) if (++count === 5) break;
    expect(openFilesUnder(directory) ?? []).toEqual([]);
    for (const phase of ['read', 'compare']) {
      const reason = new Error('enough');
      const controller = new AbortController();
      const run = removeNearDuplicates(
        source(),
        {},
        {
          ...options,
          signal: controller.signal,
          onProgress: (at) => at.phase === phase && at.done === 1000 && controller.abort(reason),
        },
      );
      await expect(run.result).rejects.toBe(reason);
      expect(openFilesUnder(directory) ?? []).toEqual([]);
    }
    expect(await readdir(directory)).toEqual([]);
    expect(closed).toHaveBeenCalledTimes(3);
  });

  it('names what is wrong with a configuration, a folder or a conversation', async () => {
    expect(() => removeNearDuplicates([], { threshold: 1.5 })).toThrow(/threshold/);
    expect(() => removeNearDuplicates([], { threshold: 0.1, permutations: 16 })).toThrow(/threshold: is too low/);
    expect(() => removeNearDuplicates([], {}, { memoryBytes: 5 })).toThrow(/memoryBytes: must be at least 1048576/);
    const { conversations } = planted(1200, 7);
    await expect(
      remove(conversations, {}, { memoryBytes: 2 ** 20, directory: '/does/not/exist' }),
    ).rejects.toMatchObject({
      code: 'file-unwritable',
    });
    const odd = { ...conversationOf('odd', 'q', 'a'), metadata: { size: 1n } };
    await expect(remove([odd])).rejects.toMatchObject({
      code: 'data-malformed',
      message: expect.stringContaining('odd'),
    });
  });
});

describe.skipIf(conversationsDirectory === undefined)('on real conversations', () => {
  it('finds what was asked twice and keeps the rest', async () => {
    const conversations = readShareGpt(`${conversationsDirectory}/vicuna-sample-230629.json`);
    const { duplicates, report } = await remove(conversations);
    expect(report.kept + report.duplicates).toBe(conversations.length);
    const again = await remove([
      ...conversations,
      ...conversations.map((each) => ({ ...each, id: `again-${each.id}` })),
    ]);
    expect(again.report.duplicates).toBe(report.duplicates + conversations.length - report.withoutWords);
    expect(again.duplicates.slice(0, duplicates.length)).toEqual(duplicates);
  });
});
