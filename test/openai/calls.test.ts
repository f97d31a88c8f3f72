import { describe, expect, it, vi } from 'vitest';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { collect, modelOf, question } from './support.js';

const reason = new Error('The user has had enough.');

describe('openaiChatModel: concurrency', () => {
  it('never makes more calls at a time than it may, and uses what it may', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ attempt, call }) =>
      attempt === 0 && call % 3 === 0 ? { fault: 'status', status: 429 } : { text: 'Hello.', delay: 5 },
    );
    const model = modelOf(endpoint, { concurrency: 3, retries: 40 });
    const calls = Array.from({ length: 30 }, (_, call) =>
      call % 2 === 0 ? model.chat(question).result : collect(model.chat(question)),
    );
    await Promise.all(calls);
    expect(endpoint.peakConcurrency).toBe(3);
  });

  it('gives the slot of a failed or left call to the next', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call === 0 ? { fault: 'status', status: 400 } : call === 1 ? { text: 'a b c d', delay: 5 } : 'Hello.',
    );
    const model = modelOf(endpoint, { concurrency: 1 });
    await expect(model.chat(question).result).rejects.toMatchObject({ status: 400 });
    for await (const _ of model.chat(question)) break;
    expect((await model.chat(question).result).text).toBe('Hello.');
  });
});

describe('openaiChatModel: abort', () => {
  it.each([
    ['before the reply', { fault: 'stall' }, 'never'],
    ['amid a reply that is not streamed', { fault: 'stall', amid: true }, 'never'],
    ['amid a reply that is streamed', { fault: 'stall', amid: true }, 'always'],
  ] as const)('%s: rejects with the very reason, and the endpoint sees the client go', async (_, fault, stream) => {
    await using endpoint = await OpenAIEndpoint.start(() => fault);
    const controller = new AbortController();
    const call = modelOf(endpoint, { stream }).chat(question, { signal: controller.signal }).result;
    call.catch(() => undefined);
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await vi.waitFor(() => expect(endpoint.disconnects).toBe(1));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('before anything is sent, while it waits for its slot, and while it waits to try again', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({
      fault: 'status',
      status: 429,
      headers: { 'retry-after': '3600' },
    }));
    const model = modelOf(endpoint, { concurrency: 1, maxRetrySeconds: 3600 });
    await expect(model.chat(question, { signal: AbortSignal.abort(reason) }).result).rejects.toBe(reason);
    expect(endpoint.requests).toHaveLength(0);

    const retrying = new AbortController();
    const queued = new AbortController();
    const first = model.chat(question, { signal: retrying.signal }).result;
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(1));
    const second = model.chat(question, { signal: queued.signal }).result;
    second.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    queued.abort(reason);
    await expect(second).rejects.toBe(reason);
    retrying.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('leaving the loop ends the request', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'word '.repeat(200), delay: 10 }));
    for await (const _ of modelOf(endpoint).chat(question)) break;
    await vi.waitFor(() => expect(endpoint.disconnects).toBe(1));
    expect(endpoint.paidCalls).toBe(0);
  });
});
