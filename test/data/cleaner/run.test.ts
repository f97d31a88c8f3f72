import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { RawConversation } from '../../../src/conversation/index.js';
import { type Reject, ShareGPTCleaner } from '../../../src/data/index.js';
import { exchange, raw } from './support/records.js';

const clean = async (records: Iterable<RawConversation> | AsyncIterable<RawConversation>) => {
  const cleaner = await ShareGPTCleaner.create();
  const rejects: Reject[] = [];
  const run = cleaner.clean(records, { onReject: (reject) => rejects.push(reject) });
  const kept: string[] = [];
  for await (const { id } of run) kept.push(id);
  return {
    kept,
    rejects: rejects.map(({ id, reason }) => `${id} ${reason}`),
    report: await run.result,
    details: rejects,
  };
};

describe('a run', () => {
  it('leaves out duplicates of what was kept before, and conversations with plugins', async () => {
    const { kept, rejects } = await clean([
      exchange('a', 'What is one?'),
      exchange('a', 'What is two?'),
      { ...exchange('b', 'What is three?'), plugins: ['browser'] },
      { ...exchange('b', 'What is three?'), plugins: null },
      exchange('c', 'What is one?'),
      exchange('d', 'What is one?', 'Another reply to it.'),
    ]);
    expect(kept).toEqual(['a', 'b', 'd']);
    expect(rejects).toEqual(['a duplicate-id', 'b uses-plugin', 'c duplicate-text']);
  });

  it('forgets what was left out', async () => {
    const { kept } = await clean([
      exchange('a', 'Is it ChatGPT?'),
      exchange('a', 'What is one?'),
      exchange('a', 'What?'),
    ]);
    expect(kept).toEqual(['a']);
  });

  it('says of every reject what was found, and where', async () => {
    const location = { file: 'x.json', offset: 7 };
    const { details } = await clean([
      { ...raw(['human', 'Is it OpenAI?'], ['gpt', 'Yes, it is that indeed.']), location },
      exchange('a', 'What is one?'),
      exchange('b', 'What is one?'),
    ]);
    expect(details[0]).toEqual({ id: 'a', reason: 'blocked-words', detail: 'turn 0 has "OpenAI"', location });
    expect(details[1]?.detail).toContain('"a"');
  });

  it('reports what became of everything', async () => {
    const { report } = await clean([
      raw(['gpt', 'x'], ['human', 'What is one?'], ['gpt', '<p>It is 1.</p>'], ['human', 'y']),
      exchange('b', 'ChatGPT?'),
      raw(['human', 'x']),
    ]);
    expect(report).toEqual({
      read: 3,
      kept: 1,
      rejected: {
        'too-short': 1,
        'wrong-format': 0,
        'blocked-words': 1,
        'unparsable-html': 0,
        'duplicate-id': 0,
        'uses-plugin': 0,
        'duplicate-text': 0,
        language: 0,
        'wrong-list-numbering': 0,
        repetition: 0,
      },
      turns: 2,
      trimmedTurns: 2,
      characters: { read: expect.any(Number), kept: 'What is one?'.length + 'It is 1.'.length },
    });
  });

  it('decides the same however the records arrive', async () => {
    const record = fc
      .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('What is one?', 'What is two?', 'ChatGPT?', ''))
      .map(([id, question]) => exchange(id, question));
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 12 }), fc.array(fc.boolean()), async (records, pauses) => {
        async function* source() {
          for (const [index, item] of records.entries()) {
            if (pauses[index] === true) await new Promise((resolve) => setImmediate(resolve));
            yield item;
          }
        }
        expect(await clean(source())).toEqual(await clean(records));
      }),
      { numRuns: 50 },
    );
  });

  it('tells its progress', async () => {
    const onProgress = vi.fn();
    const cleaner = await ShareGPTCleaner.create();
    await cleaner.clean([exchange('a', 'What is one?'), exchange('b', 'ChatGPT?')], { onProgress }).result;
    expect(onProgress.mock.calls).toEqual([[{ phase: 'clean', done: 1 }], [{ phase: 'clean', done: 2 }]]);
  });

  it('closes its source when it is left, and stops at a signal with its very reason', async () => {
    const closed = vi.fn();
    function* endless() {
      try {
        for (let index = 0; ; index++) yield exchange(`${index}`, `What is ${index}?`);
      } finally {
        closed();
      }
    }
    const cleaner = await ShareGPTCleaner.create();
    for await (const { id } of cleaner.clean(endless())) if (id === '5') break;
    expect(closed).toHaveBeenCalledTimes(1);

    const reason = new Error('enough');
    const controller = new AbortController();
    // A source that is always ready must still let timers fire.
    setTimeout(() => controller.abort(reason), 5);
    await expect(cleaner.clean(endless(), { signal: controller.signal }).result).rejects.toBe(reason);
    expect(closed).toHaveBeenCalledTimes(2);
  });
});

describe('memory of duplicates', () => {
  it('holds a hundred thousand conversations', async () => {
    const cleaner = await ShareGPTCleaner.create();
    function* twice() {
      for (let round = 0; round < 2; round++)
        for (let index = 0; index < 100_000; index++)
          yield {
            id: `${round}-${index}`,
            turns: [
              { from: 'human', value: `Question ${index}` },
              { from: 'gpt', value: 'The same reply' },
            ],
            format: 'markdown' as const,
          };
    }
    const { kept, rejected } = await cleaner.clean(twice()).result;
    expect([kept, rejected['duplicate-text']]).toEqual([100_000, 100_000]);
  });
});
