import { describe, expect, it } from 'vitest';
import { VicunaError } from '../../src/core/index.js';
import { type JudgeFailure, PairwiseJudge, readJudgments } from '../../src/judge/index.js';
import { scriptedChatModel } from '../../src/testing/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { collect } from './support/collect.js';
import { pairOf, pairsOf } from './support/pairs.js';

describe('calls that fail', () => {
  it('are counted with their cause, and a rerun asks for them alone', async () => {
    const store = `${await temporaryDirectory()}/judgments.jsonl`;
    let broken = true;
    const judge = scriptedChatModel((messages, call) => {
      const [first, second] = ['First answer to 3.', 'Second answer to 3.'].map((text) =>
        messages.at(-1)!.content.indexOf(text),
      );
      // One order of one pair fails: the other order is paid and must not be asked again.
      if (broken && first! >= 0 && first! < second!) throw new VicunaError('endpoint-failed', `down at ${call}`);
      return '8 9';
    });
    const failures: JudgeFailure[] = [];
    {
      await using pairwise = await PairwiseJudge.create({}, { judge, store });
      const run = pairwise.compare(pairsOf(5), { onFailure: (failure) => failures.push(failure) });
      const judgments = await collect(run);
      expect(judgments.map(({ questionId }) => questionId)).toEqual(['1', '2', '4', '5']);
      expect((await run.result).missing).toMatchObject({ failed: 1, causes: { 'endpoint-failed': 1 }, notAsked: 0 });
      expect(failures).toMatchObject([
        { questionId: '3', judge: 'scripted', models: ['m1', 'm2'], cause: 'endpoint-failed' },
      ]);
      expect(judge.calls).toHaveLength(10);
    }
    broken = false;
    await using pairwise = await PairwiseJudge.create({}, { judge, store });
    const report = await pairwise.compare(pairsOf(5)).result;
    expect(judge.calls).toHaveLength(11);
    expect(report).toMatchObject({ judgments: 5, reusedJudgments: 4, missing: { failed: 0 } });
    expect(report.judges.scripted!.calls).toMatchObject({ made: 1, reused: 1 });
    expect(await collect(readJudgments(store))).toHaveLength(5);
  });

  it('end the run where all would fail alike', async () => {
    const judge = scriptedChatModel(() => {
      throw new VicunaError('option-unsupported', 'no seed');
    });
    const pairwise = await PairwiseJudge.create({ concurrency: 2 }, { judge });
    await expect(pairwise.compare(pairsOf(1000)).result).rejects.toMatchObject({ code: 'option-unsupported' });
    expect(judge.calls.length).toBeLessThanOrEqual(4);
  });

  it('stop the run where so many in a row fail that the endpoint is down', async () => {
    const judge = scriptedChatModel(() => new Error('refused'));
    const pairwise = await PairwiseJudge.create({ concurrency: 2, stopAfterFailures: 6 }, { judge });
    const report = await pairwise.compare(pairsOf(1000)).result;
    expect(report).toMatchObject({
      stopped: 'failures',
      judgments: 0,
      missing: { causes: { Error: expect.any(Number) } },
    });
    expect(judge.calls.length).toBeLessThanOrEqual(8);
  });

  it('stop it cleanly where the budget is used up', async () => {
    let calls = 0;
    const judge = scriptedChatModel(() => {
      if (++calls > 7) throw new VicunaError('budget-exceeded', 'used up');
      return '8 9';
    });
    const pairwise = await PairwiseJudge.create({ concurrency: 2 }, { judge });
    const report = await pairwise.compare(pairsOf(1000)).result;
    expect(report).toMatchObject({ stopped: 'budget', judgments: 3, missing: { failed: 0 } });
    expect(report.judges.scripted!.calls.made).toBe(7);
    expect(calls).toBeLessThanOrEqual(9);
  });
});

describe('the store', () => {
  it('pays only for what is new', async () => {
    const store = `${await temporaryDirectory()}/judgments.jsonl`;
    const judge = scriptedChatModel(() => '7 8');
    const pairs = pairsOf(4).map(({ question, a, b }) => ({
      question,
      a: { ...a, turns: [`quality 7 ${question.id}`] },
      b: { ...b, turns: [`quality 8 ${question.id}`] },
    }));
    const callsFor = async (from: number, config = {}) => {
      const before = judge.calls.length;
      await using pairwise = await PairwiseJudge.create(config, { judge, store });
      await pairwise.compare(pairs.slice(0, from)).result;
      return judge.calls.length - before;
    };
    expect(await callsFor(2)).toBe(4);
    expect(await callsFor(2)).toBe(0);
    expect(await callsFor(4)).toBe(4);
    // Half of both orders is one order.
    expect(await callsFor(4, { swapOrder: false })).toBe(0);
    expect(await callsFor(4, { concurrency: 1 })).toBe(0);
    expect(await callsFor(4, { temperature: 1 })).toBe(8);
    expect(await callsFor(4, { maxTokens: 100 })).toBe(8);
    expect(await callsFor(4, { mode: 'verdict' })).toBe(16);
  });

  it('makes equal calls once, also those under way', async () => {
    const judge = scriptedChatModel(() => '8 8', { delay: 2 });
    const pairwise = await PairwiseJudge.create({}, { judge });
    const same = pairOf();
    const report = await pairwise.compare([same, same, { ...same, a: { ...same.a, model: 'm3' } }]).result;
    expect(judge.calls).toHaveLength(2);
    expect(report.judges.scripted!.calls).toMatchObject({ made: 2, reused: 4 });
  });

  it('refuses a file that is none, naming the line', async () => {
    const store = new URL('../../package.json', import.meta.url);
    await expect(PairwiseJudge.create({}, { judge: scriptedChatModel([]), store })).rejects.toThrow(/package\.json/);
  });
});
