import { expect, test } from 'vitest';
import type { PairJudgment } from '../../../src/judge/index.js';
import { turned } from '../../../src/report/html/browser/orient.js';
import { turnedPair } from '../../../src/report/html/evaluation/turned-pair.js';
import { type PairSummary, summarizeEvaluation } from '../../../src/report/index.js';
import { madeUpEvaluation } from '../../support/evaluation.js';

const judgments = madeUpEvaluation(23, { judges: ['one'] }).judgments as readonly PairJudgment[];

test('a judgment turned twice is as it was', () => {
  for (const judgment of judgments) expect(turned(turned(judgment))).toEqual(judgment);
});

const summarize = async (list: readonly PairJudgment[]) =>
  (await summarizeEvaluation(list, { resamples: 200 }).result).pairs[0]!;

test('a summary turned is the summary of the judgments turned, but for the chance in its resampling', async () => {
  const expected = await summarize(judgments.map(turned));
  const found = turnedPair(await summarize(judgments));
  expect(withoutChance(found)).toEqual(withoutChance(expected));
});

test('its intervals turn with their numbers: twice turned they are as they were, once turned they hold the number', async () => {
  const pair = await summarize(judgments);
  const once = turnedPair(pair);
  for (const { overall } of [pair, once]) {
    const { value, interval } = overall.scores!.relativeQuality!;
    expect(interval!.low).toBeLessThan(value);
    expect(interval!.high).toBeGreaterThan(value);
  }
  expect(once.overall.winRate!.interval!.low).toBe(1 - pair.overall.winRate!.interval!.high);
  expect(rounded(turnedPair(once))).toEqual(rounded(pair));
});

/** Without the last digits, which 1 - (1 - x) changes. */
function rounded(pair: PairSummary): unknown {
  return JSON.parse(
    JSON.stringify(pair, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(6)) + 0 : value)),
  );
}

function withoutChance(pair: PairSummary): unknown {
  const resampled = ['interval', 'winRatePValue', 'scorePValue'];
  return JSON.parse(
    JSON.stringify(rounded(pair), (name, value: unknown) => (resampled.includes(name) ? undefined : value)),
  );
}
