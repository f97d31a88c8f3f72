import { describe, expect, it } from 'vitest';
import type { Vote } from '../../../src/conversation/index.js';
import type { PairJudgment, PairOutcome } from '../../../src/judge/index.js';
import { summarizeEvaluation } from '../../../src/report/evaluation/index.js';
import { mirrored, pairJudgment } from './judgments.js';

/** A judge's outcomes on questions 1, 2, …: one letter each, `t` for a tie. */
function saidBy(judge: string, outcomes: string): PairJudgment[] {
  return [...outcomes].map((letter, index) =>
    pairJudgment({ judge, questionId: `${index + 1}`, outcome: letter === 't' ? 'tie' : (letter as PairOutcome) }),
  );
}

const summaryOf = (judgments: readonly PairJudgment[], votes: readonly Vote[] = []) =>
  summarizeEvaluation(judgments, { resamples: 200 }, { votes }).result;

describe('agreement of judges', () => {
  it('is raw agreement and kappa, with ties and without', async () => {
    const { agreement } = await summaryOf([...saidBy('x', 'aaabbbtt'), ...saidBy('y', 'aabbbbta')]);
    const [pair] = agreement!.pairs;
    expect(pair!.raters).toEqual([
      { kind: 'judge', judge: 'x' },
      { kind: 'judge', judge: 'y' },
    ]);
    expect(pair!.withTies).toMatchObject({ items: 8, agreement: { value: 0.75 } });
    // Chance: x says a, b, t 3, 3, 2 times of 8, y 3, 4, 1 times: (9 + 12 + 2) / 64.
    expect(pair!.withTies.kappa!.value).toBeCloseTo((0.75 - 23 / 64) / (1 - 23 / 64), 12);
    expect(pair!.withTies.kappa!.interval!.low).toBeLessThan(pair!.withTies.kappa!.value);
    expect(pair!.withoutTies).toMatchObject({ items: 6, agreement: { value: 5 / 6 } });
    expect(pair!.withoutTies.kappa!.value).toBeCloseTo(2 / 3, 12);
    expect(agreement!.jury).toBeUndefined();
  });

  it('does not depend on which model a judgment calls a', async () => {
    const straight = await summaryOf([...saidBy('x', 'aab'), ...saidBy('y', 'abb')]);
    const turned = await summaryOf([...saidBy('x', 'aab'), ...saidBy('y', 'abb').map(mirrored)]);
    expect(turned.agreement).toEqual(straight.agreement);
  });

  it('of three and more is also that of the jury; an item that one left out counts for alpha alone', async () => {
    const { agreement } = await summaryOf([
      ...saidBy('x', 'aabbta'),
      ...saidBy('y', 'aabbba'),
      ...saidBy('z', 'ababt'),
    ]);
    expect(agreement!.pairs).toHaveLength(3);
    const { withTies } = agreement!.jury!;
    expect(withTies.items).toBe(5);
    // Pair agreements 1, 1/3, 1/3, 1, 1/3; of 15 outcomes 6 are a, 7 b, 2 ties.
    const chance = (36 + 49 + 4) / 225;
    expect(withTies.fleissKappa!.value).toBeCloseTo((3 / 5 - chance) / (1 - chance), 12);
    expect(withTies.krippendorffAlpha!.value).toBeGreaterThan(withTies.fleissKappa!.value);
  });

  it('is absent where a judge is alone', async () => {
    expect((await summaryOf(saidBy('x', 'ab'))).agreement).toBeUndefined();
    expect(
      (await summaryOf([...saidBy('x', 'a'), pairJudgment({ judge: 'y', questionId: '9' })])).agreement,
    ).toBeUndefined();
  });

  it('has no kappa where both always say the same one thing', async () => {
    const { agreement } = await summaryOf([...saidBy('x', 'aaa'), ...saidBy('y', 'aaa')]);
    expect(agreement!.pairs[0]!.withTies.kappa).toBeUndefined();
    expect(agreement!.pairs[0]!.withTies.agreement!.value).toBe(1);
  });
});

describe('votes of people', () => {
  const vote = (question: string | undefined, outcome: Vote['outcome'], models = { a: 'a', b: 'b' }): Vote => ({
    ...(question !== undefined && { question }),
    models,
    outcome,
  });

  it('are one rater: most of the votes on a question say what people say', async () => {
    const votes = [
      vote('1', 'a'),
      vote('1', 'a'),
      vote('1', 'b'),
      vote('2', 'a', { a: 'b', b: 'a' }),
      vote('3', 'both-bad'),
      vote('none of the set', 'a'),
    ];
    const { agreement, counts } = await summaryOf(saidBy('x', 'abb'), votes);
    expect(counts.votes).toBe(6);
    expect(agreement!.pairs).toHaveLength(1);
    expect(agreement!.pairs[0]!.raters[1]).toEqual({ kind: 'humans' });
    expect(agreement!.pairs[0]!.withTies).toMatchObject({ items: 3, agreement: { value: 2 / 3 } });
    expect(agreement!.pairs[0]!.withoutTies).toMatchObject({ items: 2, agreement: { value: 1 } });
  });

  it('have win rates and ratings of their own, also without any judge', async () => {
    const votes = [vote(undefined, 'a'), vote(undefined, 'a'), vote(undefined, 'b'), vote(undefined, 'both-bad')];
    const {
      votes: summary,
      ratings,
      models,
    } = await summaryOf([], [...votes, vote(undefined, 'tie', { a: 'b', b: 'c' })]);
    expect(models).toEqual(['a', 'b', 'c']);
    expect(ratings).toBeUndefined();
    expect(summary!.pairs[0]).toMatchObject({
      models: { a: 'a', b: 'b' },
      outcomes: { decided: 4, wins: 2, ties: 1, losses: 1 },
      bothBad: 1,
      winRate: { value: 0.625 },
    });
    const byModel = Object.fromEntries(summary!.ratings.groups[0]!.models.map(({ model, rating }) => [model, rating]));
    expect(byModel.a! - byModel.b!).toBeCloseTo(400 * Math.log10(2.5 / 1.5), 4);
    expect(byModel.b! - byModel.c!).toBeCloseTo(0, 6);
  });
});
