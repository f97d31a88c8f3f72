import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PairJudgment } from '../../../src/judge/index.js';
import { type EvaluationSummary, summarizeEvaluation } from '../../../src/report/evaluation/index.js';
import { sharedData } from '../../support/shared-data.js';
import { scored } from './judgments.js';

const reviews = sharedData('data/reviews');

interface Review {
  readonly question_id: number;
  readonly score: readonly [number, number];
}

function linesOf<Line>(path: string): Line[] {
  const lines = readFileSync(join(reviews!, path), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

/** Judgments of the published scores: Vicuna is `a`, the second assistant of every published review. */
function publishedJudgments(): PairJudgment[] {
  const questions = linesOf<{ question_id: number; category: string }>('question.jsonl');
  const categoryOf = new Map(questions.map(({ question_id, category }) => [question_id, category]));
  return ['llama-13b', 'alpaca-13b', 'bard', 'gpt35'].flatMap((baseline) =>
    linesOf<Review>(`review/review_${baseline}_vicuna-13b.jsonl`).map(({ question_id, score: [theirs, vicuna] }) =>
      scored(vicuna, theirs, {
        questionId: `${question_id}`,
        category: categoryOf.get(question_id)!,
        judge: 'gpt-4',
        models: { a: 'vicuna-13b', b: baseline },
      }),
    ),
  );
}

describe.skipIf(reviews === undefined)("GPT-4's 320 published reviews of 2023", () => {
  let summary: EvaluationSummary;
  const against = (baseline: string) => summary.pairs.find(({ models }) => models.b === baseline)!.overall;

  beforeAll(async () => {
    summary = await summarizeEvaluation(publishedJudgments()).result;
  });

  it.each([
    { baseline: 'llama-13b', theirs: 513, vicuna: 694 },
    { baseline: 'alpaca-13b', theirs: 583, vicuna: 704 },
    { baseline: 'bard', theirs: 664, vicuna: 655.5 },
    { baseline: 'gpt35', theirs: 693, vicuna: 638 },
  ])('add up to the published totals: $baseline $theirs, Vicuna $vicuna', ({ baseline, theirs, vicuna }) => {
    const { scores } = against(baseline);
    expect(scores).toMatchObject({ judgments: 80, a: { value: vicuna }, b: { value: theirs } });
  });

  it("give Vicuna 92.06 % of ChatGPT's quality, and better or equal in 45 % of the questions", () => {
    const { scores, betterOrEqual } = against('gpt35');
    expect(scores?.relativeQuality?.value).toBeCloseTo(0.9206, 4);
    expect(betterOrEqual?.value).toBe(0.45);
  });

  it('are in nine categories (coding and maths apart), which add up to the whole', () => {
    for (const { overall, categories } of summary.pairs) {
      expect(categories.map(({ questions }) => questions).reduce((sum, questions) => sum + questions)).toBe(80);
      const wins = categories.reduce((sum, { outcomes }) => sum + outcomes.wins, 0);
      expect(wins).toBe(overall.outcomes.wins);
    }
    expect(summary.categories).toHaveLength(9);
  });

  it('lie in intervals that hold the published numbers', () => {
    for (const { overall } of summary.pairs) {
      const { winShare, tieShare, lossShare, winRate, betterOrEqual, scores } = overall;
      const { a, b, relativeQuality, meanDifference } = scores!;
      const numbers = [winShare, tieShare, lossShare, winRate, betterOrEqual, a, b, relativeQuality, meanDifference];
      for (const { value, interval } of numbers.map((number) => number!)) {
        expect(interval!.low).toBeLessThanOrEqual(value);
        expect(interval!.high).toBeGreaterThanOrEqual(value);
      }
    }
  });

  it('rate the five models in the order of the post, Vicuna between ChatGPT and the open models', () => {
    const [group] = summary.ratings!.groups;
    const order = group!.models.map(({ model }) => model);
    expect(order.indexOf('gpt35')).toBeLessThan(order.indexOf('vicuna-13b'));
    expect(order.indexOf('vicuna-13b')).toBeLessThan(order.indexOf('alpaca-13b'));
    expect(order.at(-1)).toBe('llama-13b');
  });

  it('prove the difference to the open models and to ChatGPT', () => {
    for (const { models, significance } of summary.pairs.filter((pair) => pair.models.b !== 'bard')) {
      expect(significance!.wilcoxon!.pValue, models.b).toBeLessThan(0.01);
      expect(significance!.scorePValue!, models.b).toBeLessThan(0.01);
    }
  });
});
