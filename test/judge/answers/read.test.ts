import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/core/index.js';
import { pairAnswers, readAnswers, readReviews, writeAnswers } from '../../../src/judge/answers/index.js';
import { readQuestions } from '../../../src/judge/questions/index.js';
import { sharedData } from '../../support/shared-data.js';
import { temporaryDirectory } from '../../support/temporary.js';

async function fileOf(...records: readonly unknown[]): Promise<string> {
  const path = join(await temporaryDirectory(), 'answers.jsonl');
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

describe('reading answers', () => {
  it("reads FastChat's form of 2023 and that of mt_bench, of several choices the first", async () => {
    const path = await fileOf(
      { answer_id: 'X1', model_id: 'm:v1', question_id: 1, text: 'Blue.', metadata: { temperature: 0.7 } },
      {
        question_id: 81,
        answer_id: 'X2',
        model_id: 'gpt-4',
        choices: [
          { index: 0, turns: ['First.', 'Second.'] },
          { index: 1, turns: ['Other.', 'Another.'] },
        ],
        tstamp: 1686286924.8,
      },
      { question_id: '2', model_id: 'm:v1', text: '' },
    );
    expect(await readAnswers(path)).toEqual([
      { id: 'X1', questionId: '1', model: 'm:v1', turns: ['Blue.'] },
      { id: 'X2', questionId: '81', model: 'gpt-4', turns: ['First.', 'Second.'] },
      { questionId: '2', model: 'm:v1', turns: [''] },
    ]);
  });

  it('reads back what was written', async () => {
    const path = join(await temporaryDirectory(), 'own.jsonl');
    const answers = [
      { questionId: 'a', model: 'm', turns: ['One.', 'Two.'], usage: { promptTokens: 3, completionTokens: 4 } },
      { questionId: 'a', model: 'n', turns: ['Uno.', 'Due.'], unfinished: true, id: '7' },
    ];
    await writeAnswers(path, answers);
    expect(await readAnswers(path)).toEqual(answers);
    expect((await readAnswers(await fileOf(answers[0]), { model: 'renamed' }))[0]?.model).toBe('renamed');
    await expect(writeAnswers(path, [...answers, answers[0]!])).rejects.toThrow(DataError);
  });

  it('names line and field of what is no answer, and a question answered twice by one model', async () => {
    const good = { questionId: 'a', model: 'm', turns: ['Yes.'] };
    for (const [bad, complaint] of [
      [{ model: 'm', turns: ['Yes.'] }, 'expected a field "questionId" or "question_id"'],
      [{ questionId: 'b', turns: ['Yes.'] }, 'expected a field "model" or "model_id"'],
      [{ questionId: 'b', model: 'm' }, 'expected a field "turns" or "choices" or "text"'],
      [{ questionId: 'b', model_id: 'm', choices: [] }, 'choices'],
      [{ questionId: 'b', model_id: 'm', choices: [{ turns: [1] }] }, 'choices.0.turns.0'],
      [good, 'an answer of model "m" to question "a" stands in line 1 already'],
    ] as const) {
      const path = await fileOf(good, bad);
      await expect(readAnswers(path)).rejects.toThrow(DataError);
      await expect(readAnswers(path)).rejects.toThrow(`${path}:2`);
      await expect(readAnswers(path)).rejects.toThrow(complaint);
    }
  });
});

describe('reading reviews of 2023', () => {
  const review = {
    review_id: 'r',
    question_id: 1,
    answer1_id: 'x',
    answer2_id: 'y',
    text: '8 9\nBoth…',
    score: [8, 9],
  };

  it('keeps the text and the published scores, where there are any', async () => {
    const path = await fileOf(
      { ...review, reviewer_id: 'gpt-4-0328-generic', metadata: {} },
      { ...review, review_id: 's', score: [-1, -1] },
      { ...review, review_id: 't', score: ['8.5', '7'] },
      { ...review, review_id: 5, score: undefined, answer1_id: 12 },
      { ...review, review_id: 'v', score: [7] },
    );
    expect(await readReviews(path)).toEqual([
      {
        id: 'r',
        questionId: '1',
        answerIds: { first: 'x', second: 'y' },
        text: '8 9\nBoth…',
        scores: { first: 8, second: 9 },
        reviewer: 'gpt-4-0328-generic',
      },
      { id: 's', questionId: '1', answerIds: { first: 'x', second: 'y' }, text: '8 9\nBoth…' },
      {
        id: 't',
        questionId: '1',
        answerIds: { first: 'x', second: 'y' },
        text: '8 9\nBoth…',
        scores: { first: 8.5, second: 7 },
      },
      { id: '5', questionId: '1', answerIds: { first: '12', second: 'y' }, text: '8 9\nBoth…' },
      { id: 'v', questionId: '1', answerIds: { first: 'x', second: 'y' }, text: '8 9\nBoth…' },
    ]);
  });

  it('names line and field of what is no review, and an id that comes twice', async () => {
    await expect(readReviews(await fileOf(review, { ...review, review_id: 's', text: 3 }))).rejects.toThrow(/:2.*text/);
    await expect(readReviews(await fileOf(review, review))).rejects.toThrow('review "r" stands in line 1 already');
  });
});

const published = sharedData('data/reviews');
describe.skipIf(published === undefined)('the files of March 2023', () => {
  const file = (name: string) => `${published}/${name}`;

  it('belong together: every review names two answers that are there, to the same question', async () => {
    const vicuna = await readAnswers(file('answer/answer_vicuna-13b.jsonl'));
    const questions = await readQuestions(file('question.jsonl'));
    for (const name of ['llama-13b', 'alpaca-13b', 'bard', 'gpt35']) {
      const others = await readAnswers(file(`answer/answer_${name}.jsonl`));
      const { pairs, missing, unasked } = pairAnswers(questions, others, vicuna);
      expect([pairs.length, missing.length, unasked.length]).toEqual([80, 0, 0]);
      const byId = new Map([...others, ...vicuna].map((answer) => [answer.id, answer]));
      const reviews = await readReviews(file(`review/review_${name}_vicuna-13b.jsonl`));
      expect(reviews).toHaveLength(80);
      for (const { questionId, answerIds } of reviews) {
        expect(byId.get(answerIds.first)).toMatchObject({ questionId, model: others[0]!.model });
        expect(byId.get(answerIds.second)).toMatchObject({ questionId, model: vicuna[0]!.model });
      }
    }
  });
});
