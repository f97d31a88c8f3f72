import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import type { PairJudgment } from '../../../src/judge/index.js';
import { summarizeEvaluation } from '../../../src/report/evaluation/index.js';
import { pairJudgment } from './judgments.js';

const ratingsOf = async (judgments: Iterable<PairJudgment>, config: Parameters<typeof summarizeEvaluation>[1] = {}) =>
  (await summarizeEvaluation(judgments, { resamples: 200, ...config }).result).ratings!;

/** Every two models on every question, won with the odds of their ratings. */
function* tournament(ratings: Readonly<Record<string, number>>, questions: number): Generator<PairJudgment> {
  const random = Random.fromSeed(11, 'tournament');
  const models = Object.keys(ratings);
  for (let question = 0; question < questions; question++)
    for (const [index, a] of models.entries())
      for (const b of models.slice(index + 1)) {
        const wins = random.uniform() < 1 / (1 + 10 ** ((ratings[b]! - ratings[a]!) / 400));
        yield pairJudgment({ questionId: `${question}`, models: { a, b }, outcome: wins ? 'a' : 'b' });
      }
}

describe('ratings', () => {
  const truth = { weak: 800, fair: 1000, strong: 1200 };

  it('find the ratings that outcomes were drawn from, within their intervals, best first', async () => {
    const { groups, anchor } = await ratingsOf(tournament(truth, 400));
    expect(anchor).toEqual({ rating: 1000 });
    const [{ models, fit }] = groups as [(typeof groups)[0]];
    expect(fit).toBe('likeliest');
    expect(models.map(({ model, rank }) => [model, rank])).toEqual([
      ['strong', 1],
      ['fair', 2],
      ['weak', 3],
    ]);
    for (const { model, rating, interval, comparisons, wins, ties, losses } of models) {
      expect(interval!.low).toBeLessThan(rating);
      expect(interval!.high).toBeGreaterThan(rating);
      expect(Math.abs(rating - truth[model as keyof typeof truth])).toBeLessThan(60);
      expect([comparisons, wins + ties + losses]).toEqual([800, 800]);
    }
  });

  it('can be anchored on a model, which then has no interval of any width', async () => {
    const { groups } = await ratingsOf(tournament(truth, 100), { anchor: { model: 'fair', rating: 1500 } });
    const fair = groups[0]!.models.find(({ model }) => model === 'fair')!;
    expect(fair).toMatchObject({ rating: 1500, interval: { low: 1500, high: 1500 } });
  });

  it('refuse an anchor that nobody judged', async () => {
    const run = ratingsOf(tournament(truth, 2), { anchor: { model: 'fare', rating: 1000 } });
    await expect(run).rejects.toThrow(/anchor.model: no judgment or vote is on "fare"; name one of weak, fair, strong/);
  });

  it('give models one rank whose intervals touch, even where no interval reaches the other rating', async () => {
    const judgments = Array.from({ length: 40 }, (_, question) =>
      pairJudgment({ questionId: `${question}`, outcome: question < 25 ? 'a' : 'b' }),
    );
    const [best, second] = (await ratingsOf(judgments)).groups[0]!.models;
    expect(best!.interval!.low).toBeGreaterThan(second!.rating);
    expect(best!.interval!.low).toBeLessThan(second!.interval!.high);
    expect([best!.rank, second!.rank]).toEqual([1, 1]);
  });

  it('keep apart what nothing compares', async () => {
    const { groups } = await ratingsOf([
      ...tournament({ p: 900, q: 1000, r: 1100 }, 50),
      ...tournament({ x: 1000, y: 1100 }, 50),
    ]);
    expect(groups.map(({ models }) => models.map(({ model }) => model).sort())).toEqual([
      ['p', 'q', 'r'],
      ['x', 'y'],
    ]);
    for (const { models } of groups)
      expect(models.reduce((sum, { rating }) => sum + rating, 0) / models.length).toBeCloseTo(1000, 6);
  });

  it('stay finite for a model that never lost, and say so', async () => {
    const wins = ['b', 'c'].flatMap((b) =>
      [1, 2, 3].map((question) => pairJudgment({ questionId: `${question}`, models: { a: 'a', b }, outcome: 'a' })),
    );
    const even = pairJudgment({ models: { a: 'b', b: 'c' } });
    const { groups } = await ratingsOf([...wins, even]);
    expect(groups[0]!.fit).toBe('separated');
    expect(groups[0]!.models[0]).toMatchObject({ model: 'a', losses: 0 });
    expect(Number.isFinite(groups[0]!.models[0]!.rating)).toBe(true);
  });
});
