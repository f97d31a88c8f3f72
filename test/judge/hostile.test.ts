import { describe, expect, it } from 'vitest';
import type { ChatModel } from '../../src/conversation/index.js';
import { type PairJudgment, PairwiseJudge, readJudgments } from '../../src/judge/index.js';
import { createCallBudget, openaiChatModel } from '../../src/openai/index.js';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { hostile } from '../support/openai-hostile.js';
import { temporaryDirectory } from '../support/temporary.js';
import { pairsOf } from './support/pairs.js';

const quick = { apiKey: 'none', firstRetrySeconds: 0.001, maxRetrySeconds: 0.02 };
/** Does not wait for stalls. */
const impatient = { ...quick, timeoutSeconds: 0.3 };
const pairs = pairsOf(30);

/** A model that says how many of its calls were under way at the most. */
function watched(model: ChatModel): ChatModel & { readonly peakConcurrency: number } {
  let running = 0;
  const watch = {
    ...model,
    peakConcurrency: 0,
    chat(...call: Parameters<ChatModel['chat']>) {
      watch.peakConcurrency = Math.max(watch.peakConcurrency, ++running);
      const run = model.chat(...call);
      const done = () => running--;
      run.result.then(done, done);
      return run;
    },
  };
  return watch;
}

async function judgmentsIn(store: string): Promise<PairJudgment[]> {
  const found: PairJudgment[] = [];
  for await (const judgment of readJudgments(store)) if (judgment.type === 'pair') found.push(judgment);
  return found;
}

describe('against a hostile endpoint', () => {
  it('all is judged where a client that retries gets through', async () => {
    await using endpoint = await OpenAIEndpoint.start(hostile(() => '8 9\nText', { seed: 5, worst: 4 }));
    const judge = watched(openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, ...impatient }));
    const pairwise = await PairwiseJudge.create({ concurrency: 6 }, { judge });
    const report = await pairwise.compare(pairs).result;
    expect(report).toMatchObject({ judgments: 30, unparsed: 0, missing: { failed: 0, notAsked: 0 } });
    // The faults were there.
    expect(endpoint.requests.length).toBeGreaterThan(100);
    // Counted here: an endpoint sees a call that the client gave up after it sees the next one.
    expect(judge.peakConcurrency).toBe(6);
  });

  it('a burst of refusals is waited out, and never more calls are open than there may be', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ attempt }) =>
      attempt < 3 ? { fault: 'status', status: 429, headers: { 'retry-after': '0.01' } } : { text: '8 9', delay: 3 },
    );
    const judge = openaiChatModel({
      model: 'test',
      baseURL: endpoint.baseURL,
      ...quick,
      concurrency: 100,
    });
    const pairwise = await PairwiseJudge.create({ concurrency: 6 }, { judge });
    expect(await pairwise.compare(pairs).result).toMatchObject({ judgments: 30, missing: { failed: 0 } });
    expect(endpoint.requests).toHaveLength(240);
    expect(endpoint.peakConcurrency).toBeGreaterThan(1);
    expect(endpoint.peakConcurrency).toBeLessThanOrEqual(6);
  });

  it('what fails for good is reported, and reruns finish it without paying for anything twice', async () => {
    const store = `${await temporaryDirectory()}/judgments.jsonl`;
    await using endpoint = await OpenAIEndpoint.start(hostile(({ key }) => `8 9\n${key}`, { seed: 7, worst: 6 }));
    const judge = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, ...impatient, retries: 1 });
    let runs = 0;
    let made = 0;
    for (let missing = 1; missing > 0; runs++) {
      await using pairwise = await PairwiseJudge.create({ concurrency: 6, stopAfterFailures: 1000 }, { judge, store });
      const report = await pairwise.compare(pairs).result;
      missing = report.missing.failed;
      made += report.judges.test!.calls.made;
      expect(report.judgments + missing).toBe(30);
      expect(report.missing.causes).toEqual(missing > 0 ? { 'endpoint-failed': missing } : {});
      expect(await judgmentsIn(store)).toHaveLength(report.judgments);
    }
    expect(runs).toBeGreaterThan(1);
    const replies = (await judgmentsIn(store)).flatMap(({ replies }) =>
      replies.map(({ text }) => text.split('\n')[1]!),
    );
    expect(new Set(replies).size).toBe(60);
    // Over all runs, each call was answered to us once.
    expect(made).toBe(60);
  });

  it('replies that are no judgment are kept as they came', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'I had rather not.');
    const judge = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, ...quick });
    const pairwise = await PairwiseJudge.create({}, { judge });
    const report = await pairwise.compare(pairs.slice(0, 5)).result;
    expect(report).toMatchObject({ judgments: 5, unparsed: 5 });
    expect(endpoint.requests).toHaveLength(20);
  });

  it('a wrong key ends the run at once', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ fault: 'status', status: 401 }));
    const judge = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, ...quick });
    const pairwise = await PairwiseJudge.create({ concurrency: 4 }, { judge });
    await expect(pairwise.compare(pairs).result).rejects.toMatchObject({ code: 'endpoint-failed', status: 401 });
    expect(endpoint.requests.length).toBeLessThanOrEqual(8);
  });

  it('a budget ends it cleanly, and is overrun by the calls under way at most', async () => {
    const store = `${await temporaryDirectory()}/judgments.jsonl`;
    await using endpoint = await OpenAIEndpoint.start(() => '8 9\nText');
    const usageOf = async (tokens: number) => {
      const budget = createCallBudget({ tokens });
      const judge = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, ...quick }, { budget });
      await using pairwise = await PairwiseJudge.create({ concurrency: 4, maxTokens: 20 }, { judge, store });
      const report = await pairwise.compare(pairs).result;
      return { report, spent: budget.spent };
    };
    const first = await usageOf(4000);
    expect(first.report.stopped).toBe('budget');
    expect(first.report.judgments).toBeLessThan(30);
    const { promptTokens, completionTokens, calls } = first.spent;
    const perCall = (promptTokens + completionTokens) / calls;
    expect(promptTokens + completionTokens).toBeLessThanOrEqual(4000 + 4 * perCall);
    expect(first.report.judges.test!.calls.made).toBe(calls);
    const paid = endpoint.paidCalls;
    const second = await usageOf(1_000_000);
    expect(second.report).toMatchObject({ judgments: 30, missing: { failed: 0, notAsked: 0 } });
    expect(paid + second.spent.calls).toBe(60);
    expect(endpoint.paidCalls).toBe(60);
  });
});
