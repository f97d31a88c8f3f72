import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, VicunaError } from '../../../src/core/index.js';
import { generateAnswers, readAnswers } from '../../../src/judge/answers/index.js';
import { vicunaQuestions } from '../../../src/judge/questions/index.js';
import type { Answer, Question } from '../../../src/judge/types.js';
import { scriptedChatModel } from '../../../src/testing/index.js';
import { openFilesUnder } from '../../support/open-handles.js';
import { temporaryDirectory } from '../../support/temporary.js';

const questions: readonly Question[] = Array.from({ length: 6 }, (_, index) => ({
  id: `q${index}`,
  category: index % 2 === 0 ? 'writing' : 'Math',
  turns: index === 3 ? ['Question 3?', 'And then?'] : [`Question ${index}?`],
}));

/** Says what it was asked, and how often. */
const echo = (id = 'echo', options = {}) =>
  scriptedChatModel((messages) => `${messages.length}: ${messages.at(-1)!.content}`, { id, ...options });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const sorted = (answers: readonly Answer[]) =>
  [...answers].sort((one, other) =>
    `${one.questionId} ${one.model}`.localeCompare(`${other.questionId} ${other.model}`),
  );
const newStore = async () => join(await temporaryDirectory(), 'answers.jsonl');

describe('generateAnswers', () => {
  it('asks every model every question, a second turn in the conversation of the first', async () => {
    const models = [echo('one'), echo('two')];
    const progress: unknown[] = [];
    const run = generateAnswers(models, questions, { onProgress: (each) => progress.push(each) });
    const answers = await all(run);
    expect(sorted(answers).map(({ questionId, model, turns }) => [questionId, model, ...turns])).toEqual(
      questions.flatMap(({ id, turns }) =>
        ['one', 'two'].map((model) => [id, model, ...turns.map((turn, index) => `${2 * index + 1}: ${turn}`)]),
      ),
    );
    const second = models[0]!.calls.find(({ messages }) => messages.length === 3)!;
    expect(second.messages).toEqual([
      { role: 'user', content: 'Question 3?' },
      { role: 'assistant', content: '1: Question 3?' },
      { role: 'user', content: 'And then?' },
    ]);
    const report = await run.result;
    expect(report).toMatchObject({ answers: 12, reused: 0, unfinished: 0, calls: 14, failures: [], stopped: [] });
    expect(report.usage.promptTokens).toBe(answers.reduce((sum, { usage }) => sum + usage!.promptTokens, 0));
    expect(progress.at(-1)).toEqual({ phase: 'answer', done: 12, total: 12 });
  });

  it('draws each category at its temperature', async () => {
    const temperatures = async (options: object) => {
      const model = echo();
      await generateAnswers([model], await vicunaQuestions(), { concurrency: 1, ...options }).result;
      const known = await vicunaQuestions();
      return Object.fromEntries(
        model.calls.flatMap(({ messages, options: { temperature } }) => {
          const asked = known.find(({ turns }) => turns[0] === messages[0]!.content);
          return asked === undefined ? [] : [[asked.category, temperature]];
        }),
      );
    };
    const byCategory = {
      generic: 0.7,
      knowledge: 0.1,
      roleplay: 0.7,
      'common-sense': 0.7,
      fermi: 0,
      counterfactual: 0.7,
      'coding-math': 0,
      writing: 0.7,
    };
    expect(await temperatures({})).toEqual(byCategory);
    expect(await temperatures({ temperatures: { Writing: 1, generic: 0.2 } })).toEqual({
      ...byCategory,
      writing: 1,
      generic: 0.2,
    });
    expect(new Set(Object.values(await temperatures({ temperature: 0.3 })))).toEqual(new Set([0.3]));
    expect(new Set(Object.values(await temperatures({ temperature: 'model' })))).toEqual(new Set([undefined]));
  });

  it('passes a seed only to models that can repeat a draw', async () => {
    const models = [echo('able', { features: ['seed'] }), echo('plain')];
    await generateAnswers(models, questions, { seed: 3, system: 'Be brief.', maxTokens: 9 }).result;
    expect(models[0]!.calls[0]).toMatchObject({ options: { seed: 3, maxTokens: 9 } });
    expect(models[1]!.calls[0]!.options).not.toHaveProperty('seed');
    expect(models[1]!.calls[0]!.messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
  });

  it('has no more calls under way than it may', async () => {
    const model = echo('slow', { delay: 1 });
    await generateAnswers([model], questions, { concurrency: 3 }).result;
    expect(model.peakConcurrency).toBe(3);
  });

  it('pays only for what the store does not have, turn by turn', async () => {
    const store = await newStore();
    const first = echo();
    const before = await all(generateAnswers([first], questions, { store }));
    const again = echo();
    const run = generateAnswers([again], questions, { store });
    expect(sorted(await all(run))).toEqual(sorted(before));
    expect(again.calls).toHaveLength(0);
    expect(await run.result).toMatchObject({ answers: 6, reused: 6, calls: 0, usage: { promptTokens: 0 } });
    expect(sorted(await readAnswers(store))).toMatchObject(sorted(before));

    const changed = [
      ...questions.slice(0, 3),
      { ...questions[3]!, category: 'writing', reference: ['42'] },
      { ...questions[4]!, turns: ['Another question?'] },
      questions[5]!,
    ];
    const third = echo();
    await generateAnswers([third], changed, { store, temperature: 'category', temperatures: { math: 0.7 } }).result;
    // Only what decides a reply matters: the text, and the temperature of questions 1 and 5. Question 3 is written now, and
    // writing is drawn as maths is here.
    expect(third.calls.map(({ messages }) => messages.at(-1)!.content).sort()).toEqual([
      'And then?',
      'Another question?',
      'Question 1?',
      'Question 3?',
      'Question 5?',
    ]);
  });

  it('keeps the first turn of an answer whose second failed', async () => {
    const store = await newStore();
    const failing = scriptedChatModel(['First.', new Error('down')], { id: 'm' });
    const run = generateAnswers([failing], [questions[3]!], { store });
    expect(await all(run)).toEqual([]);
    expect((await run.result).failures).toEqual([{ questionId: 'q3', model: 'm', turn: 1, error: new Error('down') }]);
    expect(await readAnswers(store)).toEqual([]);
    const working = scriptedChatModel(['Second.'], { id: 'm' });
    const [answer] = await all(generateAnswers([working], [questions[3]!], { store }));
    expect(answer?.turns).toEqual(['First.', 'Second.']);
    expect(working.calls[0]!.messages[1]).toEqual({ role: 'assistant', content: 'First.' });
    expect((await readAnswers(store)).map(({ turns }) => turns)).toEqual([['First.', 'Second.']]);
  });

  it('counts what fails, with its cause, and goes on', async () => {
    const model = scriptedChatModel((messages) =>
      messages[0]!.content === 'Question 2?' ? new Error('no such thing') : 'Fine.',
    );
    const run = generateAnswers([model], questions);
    expect(await all(run)).toHaveLength(5);
    expect((await run.result).failures).toEqual([
      { questionId: 'q2', model: 'scripted', turn: 0, error: new Error('no such thing') },
    ]);
  });

  it('asks a model no more that has failed so often in a row, and the others still', async () => {
    const dead = scriptedChatModel(() => new Error('down'), { id: 'dead' });
    const model = echo();
    const run = generateAnswers([dead, model], questions, { stopAfterFailures: 2, concurrency: 1 });
    expect(await all(run)).toHaveLength(6);
    const { failures, stopped } = await run.result;
    expect(failures).toHaveLength(2);
    expect(stopped).toEqual([{ model: 'dead', reason: 'failures', error: new Error('down'), unasked: 4 }]);
    expect(dead.calls).toHaveLength(2);
  });

  it('stops cleanly where a budget has no room: nothing is lost, and a rerun asks only the rest', async () => {
    const store = await newStore();
    const spent = new VicunaError('budget-exceeded', 'no room for another call');
    const poor = scriptedChatModel((_, call) => (call < 4 ? 'Paid.' : spent), { id: 'm', delay: 1 });
    const run = generateAnswers([poor], questions, { store, concurrency: 2 });
    const before = await all(run);
    const { answers, failures, stopped } = await run.result;
    expect(failures).toEqual([]);
    expect(stopped).toEqual([{ model: 'm', reason: 'budget-exceeded', error: spent, unasked: 6 - answers }]);
    expect(answers).toBe(before.length);
    const rich = scriptedChatModel(() => 'Paid.', { id: 'm' });
    expect(await all(generateAnswers([rich], questions, { store }))).toHaveLength(6);
    expect(rich.calls).toHaveLength(7 - 4);

    // What is kept is given also where no call may be made.
    const broke = scriptedChatModel(() => spent, { id: 'm' });
    const more = [{ id: 'new', category: 'writing', turns: ['New?'] }, ...questions];
    expect(await all(generateAnswers([broke], more, { store, concurrency: 1 }))).toHaveLength(6);
  });

  it('says which answers were cut off', async () => {
    const model = scriptedChatModel([{ text: 'So much to sa', finishReason: 'length' }]);
    const run = generateAnswers([model], [questions[0]!]);
    expect(await all(run)).toMatchObject([{ unfinished: true }]);
    expect(await run.result).toMatchObject({ unfinished: 1 });
  });

  it('keeps what is finished and leaves nothing running when the loop is left or aborted', async () => {
    const store = await newStore();
    const model = echo('slow', { delay: 2 });
    for await (const _ of generateAnswers([model], questions, { store, concurrency: 2 })) break;
    expect(model.calls.every(({ outcome }) => outcome !== 'running')).toBe(true);
    expect(openFilesUnder(store) ?? []).toEqual([]);
    const kept = (await readFile(store, 'utf8')).trim().split('\n').length;
    expect(kept).toBe(model.calls.filter(({ outcome }) => outcome === 'finished').length);

    const stop = new AbortController();
    const run = generateAnswers([echo('slow', { delay: 5 })], questions, { signal: stop.signal });
    setImmediate(() => stop.abort(new Error('enough')));
    await expect(run.result).rejects.toThrow('enough');
  });

  it('begins no more than twice the concurrency ahead of who takes the answers', async () => {
    const model = echo();
    const many = Array.from({ length: 100 }, (_, index) => ({ id: `${index}`, category: 'x', turns: ['?'] }));
    let taken = 0;
    for await (const _ of generateAnswers([model], many, { concurrency: 2 })) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(model.calls.length).toBeLessThanOrEqual(++taken + 4);
    }
  });

  it('refuses two models or two questions with one id, and options that cannot be', () => {
    expect(() => generateAnswers([echo('m'), echo('m')], questions)).toThrow('models.1: a second one has the id "m"');
    expect(() => generateAnswers([echo()], [...questions, questions[0]!])).toThrow('questions.6');
    expect(() => generateAnswers([echo()], questions, { concurrency: 0, temperatures: { math: 3 } })).toThrow(
      ConfigError,
    );
  });
});
