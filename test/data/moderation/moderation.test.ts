import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../src/conversation/index.js';
import { ConfigError } from '../../../src/core/index.js';
import { filterByModeration, type ModerationReject, type TextJudge } from '../../../src/data/index.js';
import { openaiModeration } from '../../../src/openai/index.js';
import { OpenAIEndpoint } from '../../support/openai-endpoint.js';
import { temporaryDirectory } from '../../support/temporary.js';

const categoriesOf = (text: string) => ['hate', 'violence'].filter((category) => text.includes(category));

const talk = (id: string, question: string, reply: string): Conversation => ({
  id,
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: reply },
  ],
});

/** A judge that remembers what it was asked. */
function listening(): { readonly judge: TextJudge; readonly asked: string[][] } {
  const asked: string[][] = [];
  const judge: TextJudge = async (texts) => {
    asked.push([...texts]);
    return texts.map((text) => ({ flagged: categoriesOf(text).length > 0, categories: categoriesOf(text) }));
  };
  return { judge, asked };
}

const talks = [
  talk('a', 'How do I boil an egg?', 'For eight minutes.'),
  talk('b', 'hate', 'I would rather not.'),
  talk('c', 'Tell me more.', 'violence and hate'),
  talk('d', 'How do I boil an egg?', ''),
];

async function filter(
  conversations: readonly Conversation[],
  ...rest: DropFirst<Parameters<typeof filterByModeration>>
) {
  const rejects: ModerationReject[] = [];
  const run = filterByModeration(conversations, rest[0], { ...rest[1], onReject: (reject) => rejects.push(reject) });
  const kept: string[] = [];
  for await (const { id } of run) kept.push(id);
  return { kept, rejects, report: await run.result };
}
type DropFirst<List extends readonly unknown[]> = List extends [unknown, ...infer Rest] ? Rest : never;

describe('filtering by moderation', () => {
  it('leaves out conversations with a flagged message, in their order, each with its reason', async () => {
    const { kept, rejects, report } = await filter(talks, {}, { judge: listening().judge });
    expect(kept).toEqual(['a', 'd']);
    expect(rejects).toEqual([
      { id: 'b', reason: 'flagged', categories: ['hate'], message: 0 },
      { id: 'c', reason: 'flagged', categories: ['hate', 'violence'], message: 1 },
    ]);
    expect(report).toMatchObject({ conversations: 4, kept: 2, flagged: 2, notJudged: 0 });
    expect(report.byCategory).toEqual({ hate: 2, violence: 1 });
  });

  it('judges what it is told to: these roles, these categories', async () => {
    const { judge } = listening();
    expect((await filter(talks, { roles: ['assistant'] }, { judge })).kept).toEqual(['a', 'b', 'd']);
    expect((await filter(talks, { categories: ['violence'] }, { judge })).kept).toEqual(['a', 'b', 'd']);
  });

  it('asks about no text twice, about no empty one, and in batches that are not too large', async () => {
    const { judge, asked } = listening();
    const { report } = await filter(talks, { batchTexts: 3, concurrency: 1 }, { judge });
    const texts = asked.flat();
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain('');
    expect(Math.max(...asked.map((batch) => batch.length))).toBeLessThanOrEqual(3);
    expect(report).toMatchObject({ judgedTexts: 6, knownTexts: 1 });
  });

  it('asks nothing again in the next run where a file keeps the verdicts, which hold no text', async () => {
    const cache = join(await temporaryDirectory(), 'verdicts.jsonl');
    const first = await filter(talks, {}, { judge: listening().judge, cache });
    const { judge, asked } = listening();
    const second = await filter(talks, {}, { judge, cache });
    expect(asked).toEqual([]);
    expect(second.kept).toEqual(first.kept);
    expect(second.report).toMatchObject({ judgedTexts: 0, byCategory: first.report.byCategory });
    expect(await readFile(cache, 'utf8')).not.toMatch(/egg/);
  });

  it('keeps the order however long a judgment takes', async () => {
    const many = Array.from({ length: 200 }, (_, index) => talk(String(index), `question ${index}`, `reply ${index}`));
    const judge: TextJudge = async (texts) => {
      await new Promise((resolve) => setTimeout(resolve, texts[0]!.length % 3));
      return texts.map(() => ({ flagged: false, categories: [] }));
    };
    const { kept } = await filter(many, { batchTexts: 4, concurrency: 8 }, { judge });
    expect(kept).toEqual(many.map(({ id }) => id));
  });

  it.each([
    ['reject', ['a'], 1],
    ['keep', ['a', 'broken'], 0],
  ] as const)('bears a judge that fails: %s', async (onFailure, kept, rejected) => {
    const judge: TextJudge = async (texts) => {
      if (texts.some((text) => text.includes('broken'))) throw new Error('out of order');
      return texts.map(() => ({ flagged: false, categories: [] }));
    };
    const conversations = [talks[0]!, talk('broken', 'broken', 'Yes.')];
    const found = await filter(conversations, { onFailure, batchTexts: 1 }, { judge });
    expect(found.kept).toEqual(kept);
    expect(found.rejects).toHaveLength(rejected);
    expect(found.report.notJudged).toBe(1);
    await expect(filter(conversations, { batchTexts: 1 }, { judge })).rejects.toThrow('out of order');
  });

  it('refuses a judge that loses count, whatever onFailure says', async () => {
    await expect(filter(talks, { onFailure: 'keep' }, { judge: async () => [] })).rejects.toThrow(
      /gave 0 verdicts on \d texts/,
    );
    expect(() => filterByModeration(talks, { batchTexts: 0 }, { judge: listening().judge })).toThrow(ConfigError);
  });

  it('works with a moderation endpoint as it is, over HTTP', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ body }: { body: Record<string, unknown> }) => ({
      verdicts: (body.input as string[]).map(categoriesOf),
    }));
    const judge = openaiModeration({ baseURL: endpoint.baseURL, apiKey: 'test' });
    expect((await filter(talks, {}, { judge })).kept).toEqual(['a', 'd']);
  });
});
