import { describe, expect, it } from 'vitest';
import {
  type Conversation,
  type Message,
  renderConversation,
  vicunaV0,
  vicunaV1_1,
  withEndToken,
} from '../../../src/conversation/index.js';
import { ConfigError } from '../../../src/core/index.js';
import { ConversationSegmenter, type SegmenterConfig } from '../../../src/data/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';

const tokenizer = byteTokenizer();
/** 9 tokens of header with the begin token, and 18 of frames a round, so that lengths can be told by eye. */
const template = { ...vicunaV1_1, systemMessage: 'Be good' };
const say = (...contents: string[]): Message[] =>
  contents.map((content, turn) => ({ role: turn % 2 === 0 ? 'user' : 'assistant', content }));

async function segment(config: SegmenterConfig, ...conversations: Conversation[]) {
  const segmenter = await ConversationSegmenter.create({ template, ...config }, { tokenizer });
  const run = segmenter.segment(conversations);
  const segments: Conversation[] = [];
  for await (const item of run) segments.push(item);
  return { segments, report: await run.result };
}

const contentsOf = ({ messages }: Conversation) => messages.map(({ content }) => content);

describe('ConversationSegmenter', () => {
  it('fills each segment with as many whole rounds as fit', async () => {
    const messages = say('q1', 'a1', 'q2', 'a2', 'q3', 'a3', 'q4', 'a4', 'q5', 'a5');
    const { segments, report } = await segment({ maxTokens: 9 + 3 * 23 }, { id: 'c', messages });
    expect(segments.map(({ id, messages: kept }) => [id, kept.length])).toEqual([
      ['c_0', 6],
      ['c_6', 4],
    ]);
    expect(segments.flatMap(contentsOf)).toEqual(messages.map(({ content }) => content));
    expect(report).toMatchObject({ conversations: 1, rounds: 5, segments: 2, tokens: 9 + 9 + 5 * 23 });
    expect((await segment({ maxTokens: 9 + 3 * 23 - 1 }, { id: 'c', messages })).segments[0]!.messages).toHaveLength(4);
  });

  it('repeats the system message and keeps what is known of the conversation', async () => {
    const system: Message = { role: 'system', content: 'Rhyme' };
    const messages = [system, ...say('q1', 'a1', 'q2', 'a2')];
    const { segments } = await segment({ maxTokens: 40 }, { id: 'c', messages, metadata: { file: 'x.json' } });
    expect(segments).toEqual([
      { id: 'c_0', segmentOf: 'c', messages: [system, ...say('q1', 'a1')], metadata: { file: 'x.json' } },
      { id: 'c_2', segmentOf: 'c', messages: [system, ...say('q2', 'a2')], metadata: { file: 'x.json' } },
    ]);
  });

  describe('a round that is too long', () => {
    const messages = say('q1', 'a1', 'q2', '0123456789'.repeat(5), 'q3', 'a3');
    // Room for 20 characters of the reply.
    const maxTokens = 9 + 18 + 2 + 20;

    it('loses the end of its reply, which is not taught to stop there', async () => {
      const { segments, report } = await segment({ maxTokens }, { id: 'c', messages });
      expect(segments[1]).toEqual({
        id: 'c_2',
        segmentOf: 'c',
        messages: say('q2', '01234567890123456789'),
        unfinished: true,
      });
      expect(segments.map(({ id }) => id)).toEqual(['c_0', 'c_2', 'c_4']);
      expect(report).toMatchObject({ truncatedReplies: 1, droppedRounds: 0, splitReplies: 0 });
    });

    it('is split on request, each part behind its question', async () => {
      const { segments, report } = await segment({ maxTokens, longRound: 'split' }, { id: 'c', messages });
      expect(segments.slice(1, -1)).toEqual([
        { id: 'c_2', segmentOf: 'c', messages: say('q2', '01234567890123456789'), unfinished: true },
        { id: 'c_2_1', segmentOf: 'c', messages: say('q2', '01234567890123456789'), unfinished: true },
        { id: 'c_2_2', segmentOf: 'c', messages: say('q2', '0123456789') },
      ]);
      expect(report).toMatchObject({ truncatedReplies: 0, droppedRounds: 0, splitReplies: 1, segments: 5 });
    });

    it('is dropped on request', async () => {
      const { segments, report } = await segment({ maxTokens, longRound: 'drop' }, { id: 'c', messages });
      expect(segments.map(({ id }) => id)).toEqual(['c_0', 'c_4']);
      expect(report).toMatchObject({ rounds: 3, droppedRounds: 1 });
    });

    it('is dropped in any case where the question leaves no room', async () => {
      const question = say('q'.repeat(maxTokens - 9 - 18), 'a');
      for (const longRound of ['truncate-reply', 'split', 'drop'] as const) {
        const { segments, report } = await segment({ maxTokens, longRound }, { id: 'c', messages: question });
        expect(segments).toEqual([]);
        expect(report).toMatchObject({ droppedRounds: 1 });
      }
    });

    it('is truncated rather than split where the question would be repeated for a few characters each', async () => {
      const config = { maxTokens: 400, longRound: 'split' } as const;
      const { segments, report } = await segment(config, { id: 'c', messages: say('q'.repeat(360), 'a'.repeat(900)) });
      expect(segments).toHaveLength(1);
      expect(report).toMatchObject({ truncatedReplies: 1, splitReplies: 0 });
    });

    it('is cut between characters', async () => {
      const reply = say('q', '😀'.repeat(50));
      const { segments } = await segment({ maxTokens: 9 + 18 + 1 + 22 }, { id: 'c', messages: reply });
      expect(segments[0]!.messages[1]!.content).toBe('😀'.repeat(5));
    });

    it('costs no more than its parts, however long', async () => {
      let encoded = 0;
      const counting = {
        ...tokenizer,
        encode: (...args: Parameters<typeof tokenizer.encode>) => {
          encoded += typeof args[0] === 'string' ? args[0].length : args[0].text.length;
          return tokenizer.encode(...args);
        },
      };
      const segmenter = await ConversationSegmenter.create({ template, maxTokens: 100 }, { tokenizer: counting });
      const run = segmenter.segment([{ id: 'c', messages: say('q', 'a'.repeat(2_000_000)) }]);
      await expect(run.result).resolves.toMatchObject({ truncatedReplies: 1 });
      expect(encoded).toBeLessThan(2_000_000 + 10_000);
    });
  });

  it('says why a conversation has no segments, and goes on', async () => {
    const { segments, report } = await segment(
      { maxTokens: 100 },
      { id: 'question', messages: say('q') },
      { id: 'nothing', messages: [] },
      { id: 'two questions', messages: [...say('q'), ...say('q', 'a')] },
      { id: 'reply first', messages: say('q', 'a').reverse() },
      { id: 'fine', messages: say('q', 'a', 'q') },
    );
    expect(segments.map(({ id }) => id)).toEqual(['fine_0']);
    expect(report).toMatchObject({
      conversations: 5,
      rounds: 1,
      unansweredTurns: 1,
      rejected: { 'no-reply': 2, 'not-alternating': 2 },
    });
  });

  it('counts a special token that someone typed as the text that it will be', async () => {
    const messages = say('</s>', '</s></s>');
    const { report } = await segment({ maxTokens: 100 }, { id: 'c', messages });
    const { length } = await tokenizer.encode(renderConversation({ id: 'c', messages }, template));
    expect(report.tokens).toBe(length);
    expect(length).toBe(9 + 18 + 12 + 1);
  });

  it('can count for the v0 template, whose rounds no special token parts', async () => {
    const messages = say('q1', 'a1', 'q2', 'a2', 'q3', 'a3');
    const { segments, report } = await segment({ maxTokens: 240, template: vicunaV0 }, { id: 'c', messages });
    let tokens = 0;
    for (const item of segments) tokens += (await tokenizer.encode(renderConversation(item, vicunaV0))).length;
    expect(report.tokens).toBe(tokens);
    expect(segments.flatMap(contentsOf)).toEqual(messages.map(({ content }) => content));
  });

  it.each<[string, SegmenterConfig, RegExp]>([
    ['a limit that is none', { maxTokens: 0 }, /maxTokens/],
    ['an unknown policy', { longRound: 'cut' as never }, /longRound/],
    ['an unknown field', { maxToken: 7 } as never, /maxToken/],
    [
      'a policy that compat overrules',
      { compat: 'fastchat', longRound: 'drop' },
      /longRound: has no effect with compat/,
    ],
    [
      'a template for another tokenizer',
      { template: withEndToken(vicunaV1_1, '<end>') },
      /"<end>" is not a special token/,
    ],
  ])('refuses %s', async (_, config, message) => {
    const error = await ConversationSegmenter.create(config, { tokenizer }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toMatch(message);
  });

  it('reads no further than it must, and closes its source when it is left', async () => {
    let read = 0;
    let closed = false;
    async function* source() {
      try {
        for (; read < 1000; read++) yield { id: `${read}`, messages: say('q', 'a') };
      } finally {
        closed = true;
      }
    }
    const segmenter = await ConversationSegmenter.create({ template }, { tokenizer });
    for await (const { id } of segmenter.segment(source())) if (id === '3_0') break;
    expect(read).toBeLessThan(50);
    expect(closed).toBe(true);
  });

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const conversations = Array.from({ length: 100 }, (_, index) => ({ id: `${index}`, messages: say('q', 'a') }));
    const segmenter = await ConversationSegmenter.create({ template }, { tokenizer });
    const run = segmenter.segment(conversations, {
      signal: controller.signal,
      onProgress: ({ done }) => done === 5 && controller.abort(reason),
    });
    await expect(run.result).rejects.toBe(reason);
  });
});
