import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/core/index.js';
import { readQuestions, vicunaQuestions, writeQuestions } from '../../../src/judge/questions/index.js';
import { sharedData } from '../../support/shared-data.js';
import { temporaryDirectory } from '../../support/temporary.js';

async function fileOf(...records: readonly unknown[]): Promise<string> {
  const path = join(await temporaryDirectory(), 'questions.jsonl');
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

describe('reading questions', () => {
  it('reads our own form', async () => {
    const question = {
      id: 'a',
      category: 'math',
      turns: ['How much is 6 times 7?', 'And twice that?'],
      reference: ['42', '84'],
      tags: ['easy'],
      metadata: { by: 'hand' },
    };
    expect(await readQuestions(await fileOf(question))).toEqual([question]);
  });

  it("reads FastChat's form of 2023 and that of mt_bench, whose ids are numbers", async () => {
    const path = await fileOf(
      { question_id: 1, text: 'Why is the sky blue?', category: 'generic' },
      {
        question_id: 'x-2',
        category: 'math',
        turns: ['1 + 1?', 'Sure?'],
        reference: ['2', 'Yes.'],
        generator: 'somebody',
      },
      { question_id: 3, category: 'math', turns: ['1 + 2?', 'Sure?'], reference: ['3', ''] },
      { question_id: 4, category: 'coding', turns: ['Sort it.'], reference: null },
      { question_id: 5, category: 'coding', turns: ['Sort it.'], reference: ['', ''] },
    );
    expect(await readQuestions(path)).toEqual([
      { id: '1', category: 'generic', turns: ['Why is the sky blue?'] },
      { id: 'x-2', category: 'math', turns: ['1 + 1?', 'Sure?'], reference: ['2', 'Yes.'] },
      { id: '3', category: 'math', turns: ['1 + 2?', 'Sure?'], reference: ['3', ''] },
      { id: '4', category: 'coding', turns: ['Sort it.'] },
      { id: '5', category: 'coding', turns: ['Sort it.'] },
    ]);
  });

  it('names file, line and field of what is no question', async () => {
    const good = { id: 'a', category: 'math', turns: ['?'] };
    for (const [bad, complaint] of [
      [{ category: 'math', turns: ['?'] }, 'expected a field "id" or "question_id"'],
      [{ id: 'b', turns: ['?'] }, 'category:'],
      [{ id: 'b', category: 'math' }, 'expected a field "turns" or "text"'],
      [{ id: 'b', category: 'math', turns: ['?', 7] }, 'turns.1:'],
      [{ id: 'b', category: 'math', turns: [] }, 'turns: must hold a turn'],
      [{ id: ['b'], category: 'math', text: '?' }, 'id: expected text or a number'],
      [{ id: 'b', category: 'math', text: '?', reference: ['1', '2'] }, 'reference: has 2 turns, the question 1'],
    ] as const) {
      const path = await fileOf(good, bad);
      const error: unknown = await readQuestions(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DataError);
      expect((error as Error).message).toContain(`${path}:2`);
      expect((error as Error).message).toContain(complaint);
    }
  });

  it('refuses an id that comes twice, a number and its digits being the same', async () => {
    const path = await fileOf(
      { question_id: 7, category: 'math', text: 'One?' },
      { question_id: '7', category: 'math', text: 'Another?' },
    );
    await expect(readQuestions(path)).rejects.toThrow(/:2 .*question "7" stands in line 1 already/);
  });

  it('refuses a file without questions, a damaged line, and a file that is not there', async () => {
    await expect(readQuestions(await fileOf())).rejects.toThrow('there is no question in it');
    const path = await fileOf({ id: 'a', category: 'math', turns: ['?'] });
    await writeFile(path, `${await readFile(path, 'utf8')}{"id": "b", "cat`);
    await expect(readQuestions(path)).rejects.toThrow(`${path}:2`);
    await expect(readQuestions(`${path}.absent`)).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('reads back what was written, and writes nothing that it would not read', async () => {
    const path = join(await temporaryDirectory(), 'own.jsonl');
    const questions = await vicunaQuestions();
    await writeQuestions(path, questions);
    expect(await readQuestions(path)).toEqual(questions);
    await expect(writeQuestions(path, [...questions, questions[0]!])).rejects.toThrow(DataError);
    expect(await readQuestions(path)).toEqual(questions);
  });
});

const published = sharedData('data/reviews/question.jsonl');
it.skipIf(published === undefined)('reads the question file of March 2023', async () => {
  const questions = await readQuestions(published!);
  expect(questions).toHaveLength(80);
  expect(new Set(questions.map(({ category }) => category)).size).toBe(9);
});
