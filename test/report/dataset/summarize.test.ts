import { describe, expect, test } from 'vitest';
import type { Conversation, RawConversation } from '../../../src/conversation/index.js';
import { readConversations } from '../../../src/conversation/index.js';
import {
  ConversationSegmenter,
  ExampleStore,
  PackedDataset,
  ShareGPTCleaner,
  superviseConversations,
} from '../../../src/data/index.js';
import { summarizeDataset } from '../../../src/report/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';

const tokenizer = byteTokenizer();
const chatLogs = new URL('../../../examples/data/sharegpt-html.json', import.meta.url);

const raw = (id: string, ...values: string[]): RawConversation => ({
  id,
  turns: values.map((value, index) => ({ from: index % 2 === 0 ? 'human' : 'gpt', value })),
  location: { file: 'logs.json', line: 7 },
});

describe('the summary of a data set', () => {
  test('has the very numbers of the stages that training runs', async () => {
    const maxTokens = 700;
    const summary = await summarizeDataset(
      readConversations(chatLogs),
      { maxTokens, contextLengths: [400, 1500], batchConversations: 16 },
      { tokenizer },
    ).result;

    const cleaner = await ShareGPTCleaner.create();
    const cleaning = cleaner.clean(readConversations(chatLogs));
    const conversations: Conversation[] = [];
    for await (const conversation of cleaning) conversations.push(conversation);
    expect(summary.cleaning).toEqual(await cleaning.result);
    expect(summary.conversations).toBe(conversations.length);
    expect(summary.turns.sum).toBe(conversations.flatMap(({ messages }) => messages).length);
    const bytes = conversations.flatMap(({ messages }) => messages).map(({ content }) => Buffer.byteLength(content));
    expect(summary.tokens.conversations.sum).toBe(bytes.reduce((sum, length) => sum + length, 0));
    expect(summary.tokens.questions.count + summary.tokens.replies.count).toBe(bytes.length);

    expect(summary.contexts.map((context) => context.maxTokens)).toEqual([400, 700, 1500]);
    for (const context of summary.contexts) {
      const segmenter = await ConversationSegmenter.create({ maxTokens: context.maxTokens }, { tokenizer });
      const segmenting = segmenter.segment(conversations);
      const supervising = superviseConversations(segmenting, { maxTokens: context.maxTokens }, { tokenizer });
      await using store = await ExampleStore.create();
      for await (const example of supervising) await store.add(example);
      expect(context).toMatchObject(await segmenting.result);
      const dataset = await PackedDataset.create(
        { microBatchTokens: context.maxTokens, batchConversations: 16 },
        { store },
      );
      expect(context.steps).toBe(dataset.stepsInEpoch(0));
      let microBatches = 0;
      for (const step of dataset.steps()) {
        if (step.cursor.epoch > 0) break;
        microBatches += step.microBatches.length;
      }
      expect(context.microBatches).toBe(microBatches);
      expect(context.packedFill).toBeCloseTo(dataset.tokens / (microBatches * context.maxTokens), 12);
      expect(context.paddedFill).toBeCloseTo(dataset.tokens / (store.size * context.maxTokens), 12);
      if (context.maxTokens !== maxTokens) continue;
      const { rejections: _, ...report } = await supervising.result;
      expect(summary.supervision).toMatchObject(report);
      expect(summary.supervision.share).toBe(dataset.supervisedTokens / dataset.tokens);
      expect(summary.supervision.shares.reduce((sum, number) => sum + number)).toBe(store.size);
      expect(summary.tokens.segments).toMatchObject({ count: store.size, maximum: Math.max(...store.lengths) });
    }
  });

  test('is the same for the same logs and seed, as plain data', async () => {
    const summarize = () => summarizeDataset(readConversations(chatLogs), { examples: 1 }, { tokenizer }).result;
    const summary = await summarize();
    expect(await summarize()).toEqual(summary);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  test('keeps examples of each reason, where they stand and how they begin, and no more of them than asked for', async () => {
    const blocked = Array.from({ length: 30 }, (_, number) =>
      raw(`b${number}`, 'Who are you?', 'I am ChatGPT, of course.'),
    );
    const records = [...blocked, raw('short', 'Hello'), raw('fine', 'What is a tree?', `A plant. ${'x'.repeat(2000)}`)];
    const { leftOut, cleaning } = await summarizeDataset(records, { examples: 3 }, { tokenizer }).result;
    expect(cleaning?.rejected['blocked-words']).toBe(30);
    const shown = leftOut.filter(({ reason }) => reason === 'blocked-words');
    expect(shown).toHaveLength(3);
    expect(new Set(shown.map(({ id }) => id)).size).toBe(3);
    expect(shown[0]).toMatchObject({
      location: { file: 'logs.json', line: 7 },
      excerpt: 'human: Who are you?\ngpt: I am ChatGPT, of course.',
    });
    expect(leftOut.find(({ reason }) => reason === 'too-short')).toMatchObject({ id: 'short' });
  });

  test('takes conversations that were cleaned, and says what later stages leave out', async () => {
    const conversations: Conversation[] = [
      { id: 'alone', messages: [{ role: 'user', content: 'Anybody there?' }] },
      { id: 'twice', messages: ['user', 'user'].map((role) => ({ role: role as 'user', content: 'x'.repeat(3000) })) },
      {
        id: 'fine',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello' },
        ],
      },
    ];
    const summary = await summarizeDataset(conversations, { cleaning: false }, { tokenizer }).result;
    expect(summary.cleaning).toBeUndefined();
    expect(summary.conversations).toBe(3);
    expect(summary.leftOut.map(({ id, reason }) => [id, reason])).toEqual([
      ['alone', 'no-reply'],
      ['twice', 'not-alternating'],
    ]);
    for (const { excerpt } of summary.leftOut) expect(excerpt.length).toBeLessThanOrEqual(802);
    expect(summary.supervision.examples).toBe(1);
  });

  test('finds languages, the questions that come often and how replies begin', async () => {
    const records = [
      ...Array.from({ length: 4 }, (_, number) =>
        raw(`e${number}`, 'What is\na  tree?', `As an AI model, I know that number ${number} is a tall plant.`),
      ),
      raw('d', 'Was ist denn eigentlich ein Baum?', 'Ein Baum ist eine Pflanze, die sehr groß werden kann.'),
    ];
    const summary = await summarizeDataset(records, {}, { tokenizer }).result;
    expect(summary.languages.map(({ language, conversations }) => [language, conversations])).toEqual([
      ['en', 4],
      ['de', 1],
    ]);
    expect(summary.languages.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(summary.tokens.conversations.sum);
    expect(summary.frequentQuestions).toEqual([{ text: 'What is a tree?', count: 4 }]);
    expect(summary.frequentOpenings).toEqual([{ text: 'As an AI model, I', count: 4 }]);
  });

  test('reads its source one record after another: only a batch is ever ahead of the numbers', async () => {
    let read = 0;
    let ahead = 0;
    let done = 0;
    function* records() {
      for (; read < 400; read++) {
        ahead = Math.max(ahead, read - done);
        yield raw(`r${read}`, `What is the number ${read}?`, `It is the number ${read}, as you said.`);
      }
    }
    const onProgress = (progress: { readonly done: number }) => {
      done = progress.done;
    };
    await summarizeDataset(records(), {}, { tokenizer, onProgress }).result;
    expect(done).toBe(400);
    expect(ahead).toBeLessThanOrEqual(64);
  });

  test('stops when told to, and closes its source', async () => {
    let closed = false;
    const stop = new AbortController();
    function* records() {
      try {
        for (let number = 0; ; number++) yield raw(`r${number}`, `What is ${number}?`, `It is the number ${number}.`);
      } finally {
        closed = true;
      }
    }
    const reason = new Error('enough');
    const onProgress = () => stop.abort(reason);
    const run = summarizeDataset(records(), {}, { tokenizer, onProgress, signal: stop.signal });
    await expect(run.result).rejects.toBe(reason);
    expect(closed).toBe(true);
  });

  test('of nothing is a summary too; wrong settings are named', async () => {
    const summary = await summarizeDataset([], {}, { tokenizer }).result;
    expect(summary).toMatchObject({ conversations: 0, supervision: { share: 0 }, leftOut: [], languages: [] });
    expect(summary.contexts[0]).toMatchObject({ packedFill: 0, paddedFill: 0, steps: 0 });
    expect(() => summarizeDataset([], { maxTokens: 0 }, { tokenizer })).toThrow(/maxTokens/);
    expect(() => summarizeDataset([], { cleaning: { minimumCharacters: -1 } }, { tokenizer })).toThrow(
      /minimumCharacters/,
    );
  });
});
