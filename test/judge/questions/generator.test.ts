import { describe, expect, it } from 'vitest';
import { ConfigError, VicunaError } from '../../../src/core/index.js';
import {
  QuestionGenerator,
  type QuestionGeneratorConfig,
  vicunaQuestions,
} from '../../../src/judge/questions/index.js';
import type { Question } from '../../../src/judge/types.js';
import { type ReplyScript, type ScriptedChatOptions, scriptedChatModel } from '../../../src/testing/index.js';

const now = () => new Date('2026-01-02T03:04:05Z');
const subjects = [
  'How many bricks are in Prague?',
  'What does fog weigh?',
  'Do clocks tire?',
  'Where does dust go?',
  'Who owns rain?',
  'Can moss count?',
];
const listOf = (...texts: string[]) => JSON.stringify({ questions: texts });

async function generatorOf(
  script: ReplyScript,
  config: QuestionGeneratorConfig = {},
  options: ScriptedChatOptions = {},
) {
  const model = scriptedChatModel(script, options);
  return { model, generator: await QuestionGenerator.create(config, { model, now }) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('QuestionGenerator', () => {
  it('makes as many questions as were asked for, each with its provenance', async () => {
    const { generator, model } = await generatorOf([listOf(...subjects.slice(0, 2)), listOf(subjects[2]!)], {
      questionsPerCall: 2,
      seed: 7,
    });
    const run = generator.generate({ category: 'fermi', count: 3 });
    const questions = await all(run);
    expect(questions.map(({ turns }) => turns)).toEqual(subjects.slice(0, 3).map((text) => [text]));
    expect(questions.every(({ id, category }) => category === 'fermi' && /^fermi-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(3);
    expect(questions.map(({ metadata }) => metadata)).toMatchObject(
      [0, 0, 1].map((call) => ({
        generated: { model: 'scripted', seed: 7 + call, call, time: '2026-01-02T03:04:05.000Z' },
      })),
    );
    const [first, , third] = questions.map(
      ({ metadata }) => (metadata as { generated: { prompt: string } }).generated.prompt,
    );
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(third).not.toBe(first);
    expect(model.calls[1]!.messages[1]!.content).toContain('Write 1 new question in the category "fermi"');
    expect(await run.result).toMatchObject({ questions: 3, calls: 2, rejected: [], failed: [], outcome: 'complete' });
  });

  it('shows examples of the category, drawn anew for each call and the same for the same seed', async () => {
    const known = await vicunaQuestions();
    const prompts = async (seed: number) => {
      const { generator, model } = await generatorOf(
        subjects.map((text) => listOf(text)),
        { questionsPerCall: 1, examples: 3, seed },
      );
      await generator.generate({ category: 'fermi', count: 3, known }).result;
      return model.calls.map(({ messages }) => messages[1]!.content);
    };
    const shown = await prompts(1);
    const fermi = known.filter(({ category }) => category === 'fermi').map(({ turns }) => JSON.stringify(turns[0]));
    for (const prompt of shown) expect(fermi.filter((text) => prompt.includes(text))).toHaveLength(3);
    expect(new Set(shown).size).toBeGreaterThan(1);
    expect(await prompts(1)).toEqual(shown);
    expect(await prompts(2)).not.toEqual(shown);
  });

  it('refuses near-duplicates of what is known and of what it has made, and says which question they resemble', async () => {
    const known: Question[] = [{ id: 'k', category: 'fermi', turns: ['How many bricks are there in all of Prague?'] }];
    const { generator } = await generatorOf([
      listOf('How many bricks are there in the whole of Prague?', subjects[1]!),
      listOf(`${subjects[1]!.toUpperCase()}`, subjects[2]!),
    ]);
    const run = generator.generate({ category: 'fermi', count: 2, known });
    const made = await all(run);
    expect(made.map(({ turns }) => turns[0])).toEqual([subjects[1], subjects[2]]);
    const { rejected, outcome } = await run.result;
    expect(outcome).toBe('complete');
    expect(rejected).toMatchObject([
      { text: 'How many bricks are there in the whole of Prague?', reason: 'near-duplicate', resembles: { id: 'k' } },
      { reason: 'near-duplicate', resembles: { id: made[0]!.id, similarity: 1 } },
    ]);
  });

  it('refuses more or less as similarity says', async () => {
    const known: Question[] = [{ id: 'k', category: 'fermi', turns: ['How many bricks are there in all of Prague?'] }];
    const reply = listOf('How many bricks are there in the whole of Prague?');
    for (const [similarity, questions] of [
      [0.9, 1],
      [0.2, 0],
    ] as const) {
      const { generator } = await generatorOf(() => reply, { similarity });
      expect((await generator.generate({ category: 'fermi', count: 1, known }).result).questions).toBe(questions);
    }
  });

  it('reads the list alone, fenced, amid words, unnamed, and of objects', async () => {
    for (const reply of [
      listOf(subjects[0]!),
      `Here you are:\n\`\`\`json\n${listOf(subjects[0]!)}\n\`\`\`\nGood luck [or not]!`,
      `<think>{not JSON}</think> ["${subjects[0]}"]`,
      JSON.stringify({ items: [{ question: `  ${subjects[0]} ` }] }),
      JSON.stringify([{ text: subjects[0] }]),
    ]) {
      const { generator } = await generatorOf([reply]);
      const [question] = await all(generator.generate({ category: 'fermi', count: 1 }));
      expect(question?.turns).toEqual([subjects[0]]);
    }
  });

  it('keeps unreadable replies and failed calls as values, and gives up when its calls are spent', async () => {
    const { generator, model } = await generatorOf(['I would rather not.', new Error('down'), '{"questions": []}'], {
      questionsPerCall: 5,
    });
    const report = await generator.generate({ category: 'fermi', count: 4 }).result;
    expect(report).toMatchObject({ questions: 0, calls: 3, outcome: 'calls-spent' });
    expect(report.failed).toEqual([
      { reason: 'unreadable', text: 'I would rather not.' },
      { reason: 'call-failed', error: new Error('down') },
      { reason: 'unreadable', text: '{"questions": []}' },
    ]);
    expect(model.calls).toHaveLength(3);
    expect(report.usage.completionTokens).toBe(6);
  });

  it('stops cleanly where the budget has no room for another call', async () => {
    const { generator, model } = await generatorOf(
      [listOf(subjects[0]!), new VicunaError('budget-exceeded', 'spent')],
      { questionsPerCall: 1 },
    );
    const run = generator.generate({ category: 'fermi', count: 5 });
    expect(await all(run)).toHaveLength(1);
    expect(await run.result).toMatchObject({ questions: 1, outcome: 'budget-exceeded' });
    expect(model.calls).toHaveLength(2);
  });

  it('holds a model that can be held to it to a schema, and asks no model for what it cannot do', async () => {
    const able = await generatorOf([listOf(subjects[0]!)], { seed: 5 }, { features: ['json-schema', 'seed'] });
    await able.generator.generate({ category: 'fermi', count: 1 }).result;
    expect(able.model.calls[0]!.options).toMatchObject({
      seed: 5,
      temperature: 1,
      responseFormat: { type: 'json-schema' },
    });
    const plain = await generatorOf([listOf(subjects[0]!)], { temperature: 'model' });
    await plain.generator.generate({ category: 'fermi', count: 1 }).result;
    expect(Object.keys(plain.model.calls[0]!.options).sort()).toEqual(['maxTokens', 'signal']);
  });

  it('takes no more than was asked for, and stops when the loop is left or aborted', async () => {
    const { generator, model } = await generatorOf(() => listOf(...subjects), { questionsPerCall: 2 });
    expect((await all(generator.generate({ category: 'fermi', count: 2 }))).length).toBe(2);
    for await (const _ of generator.generate({ category: 'fermi', count: 6 })) break;
    expect(model.calls).toHaveLength(2);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(generator.generate({ category: 'fermi', count: 1 }, { signal: stop.signal }).result).rejects.toThrow(
      'enough',
    );
  });

  it('names the fields that cannot be', async () => {
    const model = scriptedChatModel([]);
    await expect(QuestionGenerator.create({ similarity: 0, examples: -1 }, { model })).rejects.toThrow(
      /examples[\s\S]*similarity|similarity[\s\S]*examples/,
    );
    const generator = await QuestionGenerator.create({}, { model });
    expect(() => generator.generate({ category: ' ', count: 0 })).toThrow(ConfigError);
  });
});
