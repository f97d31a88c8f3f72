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

test('a summary turned is the summary of the judgments turned, intervals included', async () => {
  const summarize = async (list: readonly PairJudgment[]) =>
    (await summarizeEvaluation(list, { resamples: 200 }).result).pairs[0]!;
  const expected = await summarize(judgments.map(turned));
  const found = turnedPair(await summarize(judgments));
  expect(rounded(found)).toEqual(rounded(expected));
});

/** Without the last digits, and without what the other order of its operands may change: the fit's own coefficient. */
function rounded(pair: PairSummary): unknown {
  const text = JSON.stringify(pair, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(6)) + 0 : value,
  );
  return JSON.parse(text) as unknown;
}
