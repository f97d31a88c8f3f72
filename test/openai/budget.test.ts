import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/core/index.js';
import { BudgetError, createCallBudget } from '../../src/openai/index.js';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { collect, modelOf, question } from './support.js';

/** What the question and 22 tokens of reply take: 8 are estimated for the prompt. */
const reply = { text: 'Hello.', usage: { prompt_tokens: 8, completion_tokens: 22 } };
const maxTokens = 22;

describe('createCallBudget', () => {
  it('counts what calls use, and refuses the call that does not fit, before it is sent', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => reply);
    const budget = createCallBudget({ tokens: 100 });
    const model = modelOf(endpoint, {}, { budget });
    for (let call = 0; call < 3; call++) await model.chat(question, { maxTokens }).result;
    expect(budget.spent).toEqual({ calls: 3, estimatedCalls: 0, promptTokens: 24, completionTokens: 66 });
    const refused = model.chat(question, { maxTokens }).result;
    await expect(refused).rejects.toThrow(BudgetError);
    await expect(refused).rejects.toMatchObject({
      code: 'budget-exceeded',
      spent: budget.spent,
      limits: { tokens: 100 },
      message: expect.stringMatching(/90 of 100 tokens are spent, and the next call may take 30 \(3 calls so far\)/),
    });
    expect(endpoint.requests).toHaveLength(3);
  });

  it('counts money by the prices it is given, cached prompts apart', async () => {
    const counted = { prompt_tokens: 1000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 600 } };
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'Hello.', usage: counted }));
    const price = { promptPerMillion: 10, completionPerMillion: 30, cachedPromptPerMillion: 1 };
    const budget = createCallBudget({ dollars: 0.012, prices: { test: price } });
    const model = modelOf(endpoint, {}, { budget });
    await model.chat(question, { maxTokens: 100 }).result;
    expect(budget.spent.dollars).toBeCloseTo((400 * 10 + 600 * 1 + 100 * 30) / 1e6, 12);
    await expect(model.chat(question, { maxTokens: 200 }).result).rejects.toThrow(/\$0\.0076 of \$0\.012 is spent/);
  });

  it('is never passed by calls that keep to their estimate, however many come at once', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ call }) => ({ ...reply, delay: call % 4 }));
    const budget = createCallBudget({ tokens: 500 });
    const models = [modelOf(endpoint, { concurrency: 20 }, { budget }), modelOf(endpoint, { id: 'b' }, { budget })];
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, call) => models[call % 2]!.chat(question, { maxTokens }).result),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    // 16 calls of 30 tokens fit into 500: all of them are made, and no other.
    expect(outcomes.length - refused.length).toBe(16);
    expect(refused.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof BudgetError)).toBe(
      true,
    );
    expect(endpoint.requests).toHaveLength(16);
    expect(budget.spent).toMatchObject({ calls: 16, promptTokens: 128, completionTokens: 352 });
  });

  it('is passed by no more than the calls in flight where they use more than anybody expected', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({
      text: 'Hello.',
      usage: { prompt_tokens: 8, completion_tokens: 3000 },
      delay: 5,
    }));
    const budget = createCallBudget({ tokens: 10_000 });
    const model = modelOf(endpoint, { concurrency: 4 }, { budget });
    await Promise.allSettled(Array.from({ length: 40 }, () => model.chat(question).result));
    const { promptTokens, completionTokens, calls } = budget.spent;
    expect(promptTokens + completionTokens).toBeLessThanOrEqual(10_000 + 4 * 3008);
    expect(calls).toBe(endpoint.requests.length);
  });

  it('waits for calls that run, where they may leave room', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({
      ...reply,
      usage: { prompt_tokens: 8, completion_tokens: 2 },
      delay: 20,
    }));
    const budget = createCallBudget({ tokens: 45 });
    const model = modelOf(endpoint, {}, { budget });
    await Promise.all([1, 2].map(() => model.chat(question, { maxTokens }).result));
    expect(endpoint.peakConcurrency).toBe(1);
    expect(budget.spent).toMatchObject({ calls: 2, promptTokens: 16, completionTokens: 4 });
  });

  it('lets a call that waits for room be aborted', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ fault: 'stall' }));
    const budget = createCallBudget({ tokens: 45 });
    const model = modelOf(endpoint, {}, { budget });
    const first = new AbortController();
    const second = new AbortController();
    const calls = [first, second].map(({ signal }) => model.chat(question, { maxTokens, signal }).result);
    for (const call of calls) call.catch(() => undefined);
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(1));
    const reason = new Error('enough');
    second.abort(reason);
    await expect(calls[1]).rejects.toBe(reason);
    first.abort(reason);
    await expect(calls[0]).rejects.toBe(reason);
    // The request that was aborted may have been worked on.
    expect(budget.spent).toEqual({ calls: 1, estimatedCalls: 1, promptTokens: 8, completionTokens: 0 });
  });

  it('charges attempts that failed amid a reply by estimate, and refused ones not at all', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call === 0 ? { fault: 'status', status: 429 } : call === 1 ? { fault: 'truncate' } : reply,
    );
    const budget = createCallBudget({ tokens: 1000 });
    await modelOf(endpoint, { stream: 'always' }, { budget }).chat(question, { maxTokens }).result;
    const { completionTokens, ...counts } = budget.spent;
    expect(counts).toEqual({ calls: 2, estimatedCalls: 1, promptTokens: 16 });
    expect(completionTokens).toBeGreaterThan(22);
  });

  it('charges what came of a reply that was left', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'word '.repeat(100), delay: 5 }));
    const budget = createCallBudget({ tokens: 1000 });
    const run = modelOf(endpoint, {}, { budget }).chat(question, { maxTokens: 100 });
    for await (const _ of run) break;
    expect(budget.spent).toEqual({ calls: 1, estimatedCalls: 1, promptTokens: 8, completionTokens: 2 });
  });

  it('ends deltas like results', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => reply);
    const budget = createCallBudget({ tokens: 5 });
    await expect(collect(modelOf(endpoint, {}, { budget }).chat(question))).rejects.toThrow(BudgetError);
  });

  it('wants a price for every model, before the first call', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => reply);
    const prices = { other: { promptPerMillion: 1, completionPerMillion: 1 } };
    const budget = createCallBudget({ prices });
    expect(() => modelOf(endpoint, {}, { budget })).toThrow(/prices\.test/);
    expect(() => createCallBudget({ dollars: 1 })).toThrow(ConfigError);
    expect(() => createCallBudget({ tokens: 0 })).toThrow(/tokens/);
  });
});
