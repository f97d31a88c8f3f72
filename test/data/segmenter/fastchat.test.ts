import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConversationSegmenter } from '../../../src/data/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { loadTokenizer } from '../../../src/tokenizer/index.js';
import { conversationsDirectory, fastChatGoldens, readShareGpt } from '../../support/conversations.js';
import { llamaTokenizerPath } from '../../support/tokenizers.js';

type Golden = Record<string, { samples: [id: string, turns: number][] }>;

describe("compat: 'fastchat'", () => {
  const isAtHand = llamaTokenizerPath && fastChatGoldens && conversationsDirectory;
  it.skipIf(!isAtHand).each([512, 2048, 4096])(
    'cuts real conversations as FastChat does at %d tokens',
    async (maxTokens) => {
      const golden = JSON.parse(
        readFileSync(join(fastChatGoldens!, 'split__vicuna-sample-230629.json'), 'utf8'),
      ) as Golden;
      const tokenizer = await loadTokenizer(llamaTokenizerPath!);
      const segmenter = await ConversationSegmenter.create({ maxTokens, compat: 'fastchat' }, { tokenizer });
      const conversations = readShareGpt(join(conversationsDirectory!, 'vicuna-sample-230629.json'));
      const found: [string, number][] = [];
      for await (const { id, messages } of segmenter.segment(conversations)) found.push([id, messages.length]);
      expect(found).toEqual(golden[maxTokens]!.samples);
    },
  );

  // With the byte tokenizer a message of n letters counts n + 1 + 6.
  const segment = async (
    lengths: readonly number[],
    options: { from?: 'user' | 'assistant'; system?: string } = {},
  ) => {
    const segmenter = await ConversationSegmenter.create(
      { maxTokens: 60, compat: 'fastchat' },
      { tokenizer: byteTokenizer() },
    );
    const roles = options.from === 'assistant' ? (['assistant', 'user'] as const) : (['user', 'assistant'] as const);
    const turns = lengths.map((length, turn) => ({ role: roles[turn % 2]!, content: 'x'.repeat(length) }));
    const system = options.system === undefined ? [] : [{ role: 'system' as const, content: options.system }];
    const run = segmenter.segment([{ id: 'c', messages: [...system, ...turns] }]);
    const segments = [];
    for await (const { id, messages } of run) segments.push([id, messages.length]);
    return { segments, report: await run.result };
  };

  it('loses the last pair where that pair overflows', async () => {
    const { segments, report } = await segment([20, 20, 20, 20]);
    expect(segments).toEqual([['c_0', 2]]);
    expect(report).toMatchObject({ rounds: 2, segments: 1, droppedRounds: 1, tokens: 54 });
  });

  it('keeps an early pair that is too long, as it is', async () => {
    expect((await segment([90, 90, 5, 5])).segments).toEqual([['c_0', 2]]);
    expect((await segment([5, 5, 90, 90, 5, 5, 5, 5])).segments).toEqual([
      ['c_0', 2],
      ['c_2', 2],
      ['c_4', 4],
    ]);
  });

  it('leaves out a question that nobody answered, and whoever speaks out of turn', async () => {
    const { segments, report } = await segment([5, 5, 5]);
    expect(segments).toEqual([['c_0', 2]]);
    expect(report).toMatchObject({ unansweredTurns: 1 });
    expect((await segment([5, 5], { from: 'assistant' })).segments).toEqual([]);
    expect((await segment([5])).report).toMatchObject({ segments: 0, rejected: { 'no-reply': 1 } });
  });

  it('repeats a system message, which FastChat does not know, without counting it', async () => {
    const { segments } = await segment([20, 20, 20, 20, 1, 1], { system: 'x'.repeat(500) });
    expect(segments).toEqual([
      ['c_0', 3],
      ['c_2', 3],
    ]);
  });
});
