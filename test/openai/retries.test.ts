import { describe, expect, it, vi } from 'vitest';
import { type EndpointFault, OpenAIEndpoint } from '../support/openai-endpoint.js';
import { hostile } from '../support/openai-hostile.js';
import { collect, modelOf, question } from './support.js';

const soon = { timeoutSeconds: 0.4 };

const transient: readonly (readonly [string, EndpointFault | { readonly text: '' }])[] = [
  ['429 without a hint', { fault: 'status', status: 429 }],
  ['429 that names seconds', { fault: 'status', status: 429, headers: { 'retry-after': '0.01' } }],
  ['429 that names a date', { fault: 'status', status: 429, headers: { 'retry-after': new Date(0).toUTCString() } }],
  ['429 that names milliseconds', { fault: 'status', status: 429, headers: { 'retry-after-ms': '5' } }],
  ['429 that names an hour', { fault: 'status', status: 429, headers: { 'retry-after': '3600' } }],
  ['408', { fault: 'status', status: 408 }],
  ['409', { fault: 'status', status: 409 }],
  ['500', { fault: 'status', status: 500 }],
  ['503 with a page', { fault: 'status', status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' }],
  ['400 that says to try again', { fault: 'status', status: 400, headers: { 'x-should-retry': 'true' } }],
  ['a reset before the reply', { fault: 'reset' }],
  ['a reset amid the reply', { fault: 'reset', amid: true }],
  ['silence before the reply', { fault: 'stall' }],
  ['silence amid the reply', { fault: 'stall', amid: true }],
  ['a truncated reply', { fault: 'truncate' }],
  ['invalid JSON', { fault: 'invalid-json' }],
  ['an empty reply', { text: '' }],
  ['a page instead of a reply', { fault: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: 'Hi' }],
  ['JSON of another form', { fault: 'status', status: 200, body: { answer: 42 } }],
  ['an empty body', { fault: 'status', status: 200, body: '' }],
];

describe('openaiChatModel: what is tried again', () => {
  describe.each(['never', 'always'] as const)('where the endpoint streams %s', (stream) => {
    it.each(transient)('%s', async (_, fault) => {
      await using endpoint = await OpenAIEndpoint.start(({ call }) => (call < 2 ? fault : 'Here at last.'));
      const { text } = await modelOf(endpoint, { stream, ...soon }).chat(question).result;
      expect(text).toBe('Here at last.');
      expect(endpoint.requests.length).toBeGreaterThanOrEqual(3);
    });
  });

  it('deltas that nobody has seen yet: a failure before the first of them', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call === 0 ? { fault: 'status', status: 500 } : call === 1 ? { fault: 'reset' } : 'Here at last.',
    );
    const deltas = await collect(modelOf(endpoint).chat(question));
    expect(deltas.map(({ text }) => text).join('')).toBe('Here at last.');
    expect(endpoint.requests).toHaveLength(3);
  });

  it('an error that comes as an event of the stream', async () => {
    const event = 'data: {"error": {"message": "The worker was lost.", "type": "server_error"}}\n\n';
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call > 0
        ? 'Here.'
        : { fault: 'status', status: 200, headers: { 'content-type': 'text/event-stream' }, body: event },
    );
    expect((await modelOf(endpoint, { stream: 'always' }).chat(question).result).text).toBe('Here.');
  });

  it('a hostile endpoint, until every call has its own reply', async () => {
    const ask = (call: number) => [{ role: 'user' as const, content: `Question ${call}` }];
    const answer = (content: string) => `Answer to ${content}`;
    await using endpoint = await OpenAIEndpoint.start(
      hostile(({ body }) => answer((body.messages as { content: string }[])[0]!.content)),
    );
    const model = modelOf(endpoint, { concurrency: 12, retries: 8, ...soon });
    const calls = Array.from({ length: 60 }, (_, call) => call);
    const replies = await Promise.all(calls.map((call) => model.chat(ask(call)).result));
    expect(replies.map(({ text }) => text)).toEqual(calls.map((call) => answer(`Question ${call}`)));
    expect(endpoint.peakConcurrency).toBeLessThanOrEqual(12);
  });
});

describe('openaiChatModel: what is not tried again', () => {
  it.each([
    ['400', { fault: 'status', status: 400 }],
    ['401', { fault: 'status', status: 401 }],
    ['404', { fault: 'status', status: 404 }],
    ['a redirect', { fault: 'status', status: 307, headers: { location: 'http://127.0.0.1:1/' } }],
    ['500 that says not to', { fault: 'status', status: 500, headers: { 'x-should-retry': 'false' } }],
    [
      'a used up quota',
      { fault: 'status', status: 429, body: { error: { message: 'No', code: 'insufficient_quota' } } },
    ],
  ] as const)('%s', async (_, fault) => {
    await using endpoint = await OpenAIEndpoint.start(() => fault);
    await expect(modelOf(endpoint).chat(question).result).rejects.toMatchObject({
      code: 'endpoint-failed',
      attempts: 1,
      retryable: false,
      status: fault.status,
    });
    expect(endpoint.requests).toHaveLength(1);
  });

  it.each([
    ['reset', { fault: 'reset', amid: true }],
    ['truncated', { fault: 'truncate' }],
    ['silent', { fault: 'stall', amid: true }],
    ['not JSON', { fault: 'invalid-json' }],
  ] as const)('a stream that is %s after its first deltas were seen', async (_, fault) => {
    await using endpoint = await OpenAIEndpoint.start(() => fault);
    const deltas: { text: string }[] = [];
    await expect(collect(modelOf(endpoint, soon).chat(question), deltas)).rejects.toMatchObject({
      code: 'endpoint-failed',
      retryable: true,
      attempts: 1,
      message: expect.stringContaining('await only result'),
    });
    expect('A reply of which the last words never come.').toContain(deltas.map(({ text }) => text).join(''));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('a stream that is lost after its last word: the reply is whole, its usage estimated', async () => {
    const event = (choice: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
    const body = `${event({ delta: { content: 'Done.' } })}${event({ delta: {}, finish_reason: 'stop' })}data: {"ch\n\n`;
    await using endpoint = await OpenAIEndpoint.start(() => ({
      fault: 'status',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body,
    }));
    const run = modelOf(endpoint).chat(question);
    await collect(run);
    expect(await run.result).toMatchObject({ text: 'Done.', usage: { estimated: true } });
  });

  it('more often than retries says', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ fault: 'status', status: 503 }));
    const call = modelOf(endpoint, { retries: 2 }).chat(question).result;
    await expect(call).rejects.toMatchObject({ attempts: 3, status: 503, retryable: true });
    expect(endpoint.requests).toHaveLength(3);
  });
});

describe('openaiChatModel: waits', () => {
  it.each([
    ['retry-after', '3600'],
    ['retry-after', new Date(Date.now() + 3_600_000).toUTCString()],
    ['retry-after-ms', '3600000'],
  ])('as long as %s asks for: %s', async (name, value) => {
    await using endpoint = await OpenAIEndpoint.start(() => ({
      fault: 'status',
      status: 429,
      headers: { [name]: value },
    }));
    const controller = new AbortController();
    const call = modelOf(endpoint, { maxRetrySeconds: 7200 }).chat(question, { signal: controller.signal }).result;
    call.catch(() => undefined);
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort(new Error('Waited long enough.'));
    await expect(call).rejects.toThrow('Waited long enough.');
    expect(endpoint.requests).toHaveLength(1);
  });

  it('with every call, where one was told to', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call === 0 ? { fault: 'status', status: 429, headers: { 'retry-after': '3600' } } : 'Hello.',
    );
    const model = modelOf(endpoint, { maxRetrySeconds: 7200, retries: 0 });
    await expect(model.chat(question).result).rejects.toMatchObject({ status: 429, retryAfterSeconds: 3600 });
    const next = model.chat(question, { signal: AbortSignal.timeout(100) });
    await expect(next.result).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('counts slow bytes as life: a reply may take longer than the timeout', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'one two three four five six', delay: 80 }));
    const { text } = await modelOf(endpoint, { stream: 'always', timeoutSeconds: 0.4, retries: 0 }).chat(question)
      .result;
    expect(text).toBe('one two three four five six');
  });

  it('but not for ever', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'one two three four five six', delay: 80 }));
    const options = { stream: 'always', timeoutSeconds: 0.4, attemptTimeoutSeconds: 0.3, retries: 0 } as const;
    await expect(modelOf(endpoint, options).chat(question).result).rejects.toThrow(/not whole after 0.3 s/);
  });

  it('does not blame the endpoint for a slow reader', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'one two three');
    const words: string[] = [];
    for await (const { text } of modelOf(endpoint, { timeoutSeconds: 0.2, retries: 0 }).chat(question)) {
      words.push(text);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(words.join('')).toBe('one two three');
  });
});
