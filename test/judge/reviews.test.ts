import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  judgmentsOfReviews,
  readAnswers,
  readQuestions,
  readReviews,
  readScores,
  readSingle,
  readVerdict,
} from '../../src/judge/index.js';
import { baselines, publishedTotals, reviewsFolder, vicunaFile } from './support/reviews-2023.js';
import { totalsOf, winsOf } from './support/totals.js';

describe.skipIf(reviewsFolder === undefined)('the reviews of March 2023, without a call', () => {
  it.each(baselines)(
    '$name against Vicuna: the published totals come out with the published figures',
    async (baseline) => {
      const { judgments, unknown } = await judgmentsOf(baseline, 'published');
      expect(judgments).toHaveLength(80);
      expect(unknown).toEqual([]);
      expect(totalsOf(judgments)).toEqual(publishedTotals[baseline.name].published);
      expect(winsOf(judgments)).toEqual(publishedTotals[baseline.name].outcomes);
    },
  );

  it.each(baselines)(
    '$name against Vicuna: all 80 texts are read by rule, with what the judge itself wrote',
    async (baseline) => {
      const { judgments } = await judgmentsOf(baseline, 'text');
      expect(judgments.filter(({ outcome }) => outcome === 'unparsed')).toEqual([]);
      expect(totalsOf(judgments)).toEqual(publishedTotals[baseline.name].written);
      expect(winsOf(judgments)).toEqual(publishedTotals[baseline.name].outcomes);
    },
  );

  it('names the two reviews of 320 whose published figures contradict their text', async () => {
    const all = await Promise.all(baselines.map((baseline) => judgmentsOf(baseline, 'text')));
    expect(all.flatMap(({ contradictions }) => contradictions)).toEqual([
      {
        reviewId: 'ZgNXGB9wziYPnGFjqLzqVH',
        questionId: '70',
        models: ['llama-13b:v1', 'vicuna-13b:20230322-clean-lang'],
        text: { first: 10, second: 4 },
        published: { first: 10, second: 2 },
      },
      {
        reviewId: '57H8uDw5kYEX2wFgvY8BN8',
        questionId: '70',
        models: ['bard:20230327', 'vicuna-13b:20230322-clean-lang'],
        text: { first: 10, second: 4 },
        published: { first: 10, second: 2 },
      },
    ]);
  });

  it('gives the figures of the post: 92.06 % of ChatGPT, and at least as good in 45 % of the questions', async () => {
    const chatGPT = baselines.find(({ name }) => name === 'chatgpt')!;
    const { judgments } = await judgmentsOf(chatGPT, 'text');
    const { a, b } = totalsOf(judgments);
    const { tie, b: wins } = winsOf(judgments);
    expect(((b / a) * 100).toFixed(2)).toBe('92.06');
    expect((wins + tie) / judgments.length).toBe(0.45);
  });

  it('reads nothing into texts that are no judgments: 560 answers, and what follows the scores in 308 reviews', async () => {
    const files = await readdir(`${reviewsFolder}/answer`);
    const answers = (await Promise.all(files.map((file) => readAnswers(`${reviewsFolder}/answer/${file}`)))).flat();
    const texts = answers.map(({ turns }) => turns[0]!);
    expect(texts).toHaveLength(560);
    expect(texts.filter((text) => readScores(text).kind === 'parsed')).toEqual([]);
    expect(texts.filter((text) => readVerdict(text).kind === 'parsed')).toEqual([]);
    expect(texts.filter((text) => readSingle(text).kind === 'parsed')).toEqual([]);
    const explained = (await Promise.all(baselines.map((baseline) => judgmentsOf(baseline, 'text'))))
      .flatMap(({ judgments }) => judgments.flatMap(({ replies }) => replies))
      .filter(({ text }) => /^[\d., ]+\n/.test(text));
    expect(explained).toHaveLength(308);
    for (const { text, reading } of explained) {
      const rest = readScores(text.slice(text.indexOf('\n')));
      // "Both deserve a 9" says it again; nothing says anything else.
      if (rest.kind === 'parsed') expect(reading).toMatchObject({ scores: { a: rest.first, b: rest.second } });
    }
  });

  it('leaves out, and returns, reviews of answers that it was not given', async () => {
    const [baseline] = baselines;
    const reviews = await readReviews(`${reviewsFolder}/review/${baseline.reviews}`);
    const questions = await readQuestions(`${reviewsFolder}/question.jsonl`);
    const { judgments, unknown } = judgmentsOfReviews(reviews, { questions, answers: [] });
    expect(judgments).toEqual([]);
    expect(unknown).toHaveLength(80);
  });
});

async function judgmentsOf(baseline: (typeof baselines)[number], scores: 'text' | 'published') {
  const [questions, reviews, theirs, ours] = await Promise.all([
    readQuestions(`${reviewsFolder}/question.jsonl`),
    readReviews(`${reviewsFolder}/review/${baseline.reviews}`),
    readAnswers(`${reviewsFolder}/answer/${baseline.answers}`),
    readAnswers(`${reviewsFolder}/answer/${vicunaFile}`),
  ]);
  return judgmentsOfReviews(reviews, { questions, answers: [...theirs, ...ours], scores });
}
