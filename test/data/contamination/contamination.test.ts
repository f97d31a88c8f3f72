import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../../../src/conversation/index.js';
import {
  type ContaminationConfig,
  type ContaminationHit,
  type EvaluationText,
  findContamination,
  removeContaminated,
} from '../../../src/data/index.js';
import { anyText } from '../../support/arbitraries.js';
import { conversationsDirectory, readShareGpt } from '../../support/conversations.js';
import { sharedData } from '../../support/shared-data.js';

const say = (id: string, ...contents: string[]): Conversation => ({
  id,
  messages: contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
});

async function find(
  conversations: Iterable<Conversation>,
  texts: readonly EvaluationText[],
  config: ContaminationConfig = {},
) {
  const run = findContamination(conversations, texts, config);
  const hits: ContaminationHit[] = [];
  for await (const hit of run) hits.push(hit);
  return { hits, report: await run.result };
}

const ids = (hits: readonly ContaminationHit[]) =>
  hits.map(({ conversationId, evaluationId }) => [conversationId, evaluationId]);

const long =
  'If a train leaves at noon and rides for three hours at eighty kilometres an hour, how far has it come by the evening?';

describe('findContamination', () => {
  it('says which text is where, and how much of it', async () => {
    const message = `Please help me: ${long.toUpperCase()} Thanks!`;
    const { hits, report } = await find([say('a', 'Hello.'), say('b', 'Hello.', message)], [{ id: 'q1', text: long }]);
    const start = message.indexOf('IF A TRAIN');
    const end = message.indexOf('? Thanks');
    expect(hits).toEqual([
      {
        conversationId: 'b',
        evaluationId: 'q1',
        part: 'question',
        message: 1,
        start,
        end,
        words: 24,
        coverage: 1,
        excerpt: message.slice(start, end),
      },
    ]);
    expect(report).toEqual({
      conversations: 2,
      contaminated: 1,
      hits: 1,
      evaluationTexts: 1,
      byEvaluationId: [{ id: 'q1', conversations: 1 }],
      withoutWords: [],
    });
  });

  it('finds n words in a row of a longer text, and not one fewer', async () => {
    const words = long.split(' ');
    const part = (count: number) => `Say: ${words.slice(4, 4 + count).join(' ')}, and more.`;
    const { hits } = await find(
      [say('12', part(12)), say('13', part(13)), say('14', part(14))],
      [{ id: 'q', text: long }],
    );
    expect(hits.map(({ conversationId, words: shared, coverage }) => [conversationId, shared, coverage])).toEqual([
      ['13', 13, 13 / 24],
      ['14', 14, 14 / 24],
    ]);
    expect((await find([say('12', part(12))], [{ id: 'q', text: long }], { words: 8 })).hits).toHaveLength(1);
    expect((await find([say('14', part(14))], [{ id: 'q', text: long }], { minimumCoverage: 0.7 })).hits).toEqual([]);
  });

  it('takes a text of fewer words as a whole, and the shortest as whole messages only', async () => {
    const texts = [
      { id: 'short', text: 'How do rainbows come about in the sky?' },
      { id: 'tiny', text: 'What is love?' },
    ];
    const { hits } = await find(
      [
        say('a', 'Tell me, how do rainbows come about in the sky'),
        say('b', 'How do rainbows come about in the evening sky?'),
        say('c', 'Who asks what is love?'),
        say('d', '**What is love**'),
      ],
      texts,
    );
    expect(ids(hits)).toEqual([
      ['a', 'short'],
      ['d', 'tiny'],
    ]);
  });

  it('adds up what one message has of one text, and reports the longest run', async () => {
    const words = long.split(' ');
    const message = `${words.slice(0, 8).join(' ')} … ${words.slice(13).join(' ')}`;
    const { hits } = await find([say('a', message)], [{ id: 'q', text: long }], { words: 5 });
    expect(hits).toMatchObject([{ words: 11, coverage: 19 / 24 }]);
  });

  it('finds references and turns under one id, and does not join messages', async () => {
    const texts = [
      { id: 'q', text: long },
      { id: 'q', text: `The answer is: ${long} Indeed.`, part: 'reference' },
      { id: 'nothing', text: '…' },
    ];
    const half = long.length / 2;
    const { hits, report } = await find([say('a', long), say('b', long.slice(0, half), long.slice(half))], texts);
    expect(hits.map(({ conversationId, part }) => [conversationId, part])).toEqual([
      ['a', 'question'],
      ['a', 'reference'],
    ]);
    expect(report).toMatchObject({ withoutWords: ['nothing'], byEvaluationId: [{ id: 'q', conversations: 1 }] });
  });

  it('works in scripts without spaces', async () => {
    const text = '请解释一下量子计算的基本原理以及它的应用';
    const { hits } = await find([say('a', `你好，${text}。谢谢`), say('b', '请解释一下做饭')], [{ id: 'q', text }]);
    expect(ids(hits)).toEqual([['a', 'q']]);
  });

  it('finds any text inside any other, unless it is among the shortest', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (before, text, after) => {
        const whole = await find([say('a', text)], [{ id: 'q', text }]);
        expect(whole.hits.length + whole.report.withoutWords.length).toBe(1);
        const inside = await find([say('a', `${before}\n${text}\n${after}`)], [{ id: 'q', text }], {
          wholeMessageBelow: 0,
        });
        expect(inside.hits).toHaveLength(whole.hits.length);
      }),
    );
  });

  it('looks at messages of any size once, however often they repeat a text', async () => {
    const text = 'na '.repeat(20);
    const { hits } = await find([say('a', 'na '.repeat(400_000))], [{ id: 'q', text }]);
    expect(hits).toMatchObject([{ words: 20, coverage: 1 }]);
  });

  it('stops at a signal with its very reason and closes its source', async () => {
    const closed = vi.fn();
    function* endless() {
      try {
        for (let index = 0; ; index++) yield say(`${index}`, long);
      } finally {
        closed();
      }
    }
    for await (const _ of findContamination(endless(), [{ id: 'q', text: long }])) break;
    expect(closed).toHaveBeenCalledTimes(1);
    const reason = new Error('enough');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 5);
    const run = removeContaminated(endless(), [{ id: 'q', text: long }], {}, { signal: controller.signal });
    await expect(run.result).rejects.toBe(reason);
    expect(closed).toHaveBeenCalledTimes(2);
  });

  it('names what is wrong with a configuration', () => {
    expect(() => findContamination([], [], { words: 1 })).toThrow(/words/);
    expect(() => removeContaminated([], [], { minimumCoverage: 2 })).toThrow(/minimumCoverage/);
  });
});

describe('removeContaminated', () => {
  it('passes on the others in their order, and tells what it found', async () => {
    const onHit = vi.fn();
    const onProgress = vi.fn();
    const run = removeContaminated(
      [say('a', 'One.'), say('b', long), say('c', 'Two.')],
      [{ id: 'q', text: long }],
      {},
      { onHit, onProgress },
    );
    const kept: string[] = [];
    for await (const { id } of run) kept.push(id);
    expect(kept).toEqual(['a', 'c']);
    expect(onHit.mock.calls).toMatchObject([[{ conversationId: 'b', evaluationId: 'q' }]]);
    expect(onProgress).toHaveBeenLastCalledWith({ phase: 'check', done: 3 });
    expect(await run.result).toMatchObject({ conversations: 3, contaminated: 1 });
  });
});

const reviews = sharedData('data/reviews');

describe.skipIf(reviews === undefined || conversationsDirectory === undefined)(
  'on the 80 questions of March 2023',
  () => {
    const lines = (file: string): { question_id: number; text: string }[] =>
      readFileSync(`${reviews}/${file}`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const real = () =>
      ['vicuna-sample-230629.json', 'dummy_conversation.json'].flatMap((file) =>
        readShareGpt(`${conversationsDirectory}/${file}`),
      );
    const questions = () => lines('question.jsonl').map(({ question_id, text }) => ({ id: `${question_id}`, text }));
    const references = () =>
      lines('answer/answer_gpt35.jsonl').map(({ question_id, text }) => ({
        id: `${question_id}`,
        text,
        part: 'reference',
      }));

    it('finds every question that was planted into real conversations, and none in those without', async () => {
      const conversations = real();
      const untouched = await find(conversations, questions());
      expect(untouched.hits).toEqual([]);
      const texts = questions();
      const planted = conversations.slice(0, texts.length).map(({ id, messages }, index) => {
        const at = index % messages.length;
        const text = texts[index]!.text;
        const hidden = index % 2 === 0 ? text.toUpperCase() : text.replaceAll(' ', '  ').replaceAll(',', ' —');
        return {
          id,
          messages: messages.map((message, place) =>
            place === at ? { ...message, content: `${message.content}\n\n${hidden} Thank you.` } : message,
          ),
        };
      });
      const { hits, report } = await find([...planted, ...conversations.slice(texts.length)], texts);
      expect(hits.filter(({ coverage }) => coverage === 1).map(({ evaluationId }) => evaluationId)).toEqual(
        planted.map((_, index) => `${index + 1}`),
      );
      expect(report.contaminated).toBe(planted.length);
    });

    it('finds replies that were learned by heart', async () => {
      const texts = references();
      const learned = texts.map(({ id, text }) => say(id, 'Tell me.', text));
      const { hits } = await find(learned, texts, { minimumCoverage: 0.5 });
      expect(ids(hits)).toEqual(learned.map(({ id }) => [id, id]));
    });
  },
);
