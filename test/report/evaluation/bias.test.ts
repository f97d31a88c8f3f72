import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import type { OrderedReply, PairJudgment } from '../../../src/judge/index.js';
import { summarizeEvaluation } from '../../../src/report/evaluation/index.js';
import { pairJudgment } from './judgments.js';

const biasOf = async (judgments: readonly PairJudgment[]) =>
  (await summarizeEvaluation(judgments, { resamples: 200 }).result).pairs[0]!.bias;

function reply(order: 'ab' | 'ba', a: number, b: number): OrderedReply {
  const outcome = a > b ? 'a' : a < b ? 'b' : 'tie';
  return { order, text: '', attempts: 1, reading: { kind: 'parsed', outcome, scores: { a, b }, explanation: '' } };
}

describe('position bias', () => {
  it('is the share of disagreements, the place they favour, and what that is worth in points', async () => {
    const both = (question: number, positionBias: 'none' | 'first' | 'second') =>
      pairJudgment({
        questionId: `${question}`,
        positionBias,
        // The answer shown first gets a point more, whichever it is.
        replies: [reply('ab', 7, 6), reply('ba', 6, 7)],
      });
    const judgments = [...Array(9).keys()].map((question) => both(question, question < 6 ? 'first' : 'none'));
    const { position } = await biasOf([...judgments, both(9, 'second'), pairJudgment({ questionId: '10' })]);
    expect(position).toMatchObject({ judgments: 10, disagreements: 7, first: 6, second: 1, rate: { value: 0.7 } });
    expect(position!.firstShare!.value).toBeCloseTo(6 / 7, 12);
    expect(position!.pValue).toBeCloseTo(0.125, 12);
    expect(position!.firstAdvantage!.value).toBe(1);
    expect(position!.rate.interval!.low).toBeLessThan(0.7);
  });

  it('cannot be told of judgments in one order', async () => {
    expect((await biasOf([pairJudgment({ outcome: 'a' })])).position).toBeUndefined();
  });
});

describe('length bias', () => {
  /** Equal models before a judge that likes what is longer; a's answers are 300 code points longer on average. */
  function judgedByLength(questions: number, liking: number): PairJudgment[] {
    const random = Random.fromSeed(5, 'length');
    return Array.from({ length: questions }, (_, question) => {
      const difference = Math.round(300 + 200 * random.normal());
      const wins = random.uniform() < 1 / (1 + Math.exp((-liking * difference) / 200));
      const lengths = { a: 1000 + difference, b: 1000 };
      return pairJudgment({ questionId: `${question}`, outcome: wins ? 'a' : 'b', lengths });
    });
  }

  it('is taken out of the length-controlled win rate', async () => {
    const judgments = judgedByLength(2000, 1.5);
    const { pairs } = await summarizeEvaluation(judgments, { resamples: 200 }).result;
    const { overall, bias } = pairs[0]!;
    expect(overall.winRate!.value).toBeGreaterThan(0.8);
    expect(bias.length!.longerShare!.value).toBeGreaterThan(0.8);
    const { winRate, coefficient, fit } = bias.length!.controlled!;
    expect(fit).toBe('likeliest');
    expect(winRate.interval!.low).toBeLessThan(0.5);
    expect(winRate.interval!.high).toBeGreaterThan(0.5);
    expect(coefficient.value).toBeCloseTo(1.5, 0);
    expect(bias.length!.meanLength.a).toBeGreaterThan(bias.length!.meanLength.b + 200);
  });

  it('is not found where the judge has none', async () => {
    const { length } = await biasOf(judgedByLength(2000, 0));
    expect(length!.controlled!.coefficient.interval!.low).toBeLessThan(0);
    expect(length!.controlled!.coefficient.interval!.high).toBeGreaterThan(0);
  });

  it('says where length decides everything, and holds the numbers finite', async () => {
    const lengths = [100, 200, 300, 400].map((a) => ({ a, b: 250 }));
    const { length } = await biasOf(
      lengths.map((own, question) =>
        pairJudgment({ questionId: `${question}`, lengths: own, outcome: own.a > own.b ? 'a' : 'b' }),
      ),
    );
    expect(length).toMatchObject({ judgments: 4, longerWins: 4, controlled: { fit: 'separated' } });
    expect(length!.controlled!.winRate.value).toBeCloseTo(0.5, 6);
    expect(Number.isFinite(length!.controlled!.coefficient.value)).toBe(true);
  });

  it('says nothing of ties and of equal lengths', async () => {
    const { length } = await biasOf([
      pairJudgment({ outcome: 'tie', lengths: { a: 200, b: 100 } }),
      pairJudgment({ questionId: '2', outcome: 'a', lengths: { a: 100, b: 100 } }),
      pairJudgment({ questionId: '3', outcome: 'b', lengths: { a: 100, b: 300 } }),
    ]);
    expect(length).toMatchObject({ judgments: 1, longerWins: 1, longerShare: { value: 1 } });
  });

  it('cannot be controlled for where the difference is the same everywhere', async () => {
    const { length } = await biasOf([
      pairJudgment({ outcome: 'a', lengths: { a: 150, b: 50 } }),
      pairJudgment({ questionId: '2', outcome: 'b', lengths: { a: 200, b: 100 } }),
    ]);
    expect(length!.longerShare!.value).toBe(0.5);
    expect(length!.controlled).toBeUndefined();
  });
});
