import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { VicunaError } from '../../src/core/index.js';
import { type EndpointError, openaiChatModel, openaiModeration } from '../../src/openai/index.js';
import { type EndpointBehaviour, OpenAIEndpoint } from '../support/openai-endpoint.js';
import { apiKey, collect, modelOf, question, quick } from './support.js';

afterEach(() => vi.restoreAllMocks());

async function errorOf(behaviour: EndpointBehaviour, timeoutSeconds = 30): Promise<EndpointError> {
  await using endpoint = await OpenAIEndpoint.start(() => behaviour);
  const model = modelOf(endpoint, { retries: 0, timeoutSeconds });
  return await model.chat(question).result.then(
    () => Promise.reject(new Error('The call succeeded.')),
    (error) => error,
  );
}

describe('EndpointError', () => {
  it.each([
    [400, /Change what the endpoint objects to/],
    [401, /OPENAI_API_KEY/],
    [403, /rights/],
    [404, /name of the model/],
    [413, /too large/],
    [429, /concurrency/],
    [500, /at fault/],
  ])('says after status %i what to do', async (status, advice) => {
    const error = await errorOf({
      fault: 'status',
      status,
      headers: { 'x-request-id': 'req-7', 'retry-after': '12' },
      body: { error: { message: 'Because of this.', type: 'some_type', code: 'some_code' } },
    });
    expect(error).toBeInstanceOf(VicunaError);
    expect(error).toMatchObject({
      code: 'endpoint-failed',
      status,
      requestId: 'req-7',
      retryAfterSeconds: 12,
      endpointCode: 'some_code',
      endpointMessage: 'Because of this.',
    });
    expect(error.message).toMatch(advice);
    expect(error.message).toContain('Because of this.');
    expect(error.message).toContain('req-7');
  });

  it.each([
    ['FastAPI', { detail: 'The reason.' }],
    ['vLLM', { object: 'error', message: 'The reason.' }],
    ['Ollama', { error: 'The reason.' }],
  ])('finds the reason where %s puts it', async (_, body) => {
    const { endpointMessage } = await errorOf({ fault: 'status', status: 422, body });
    expect(endpointMessage).toBe('The reason.');
  });

  it('shows the body where no reason can be found in it', async () => {
    const { endpointMessage } = await errorOf({ fault: 'status', status: 422, body: { why: [1] } });
    expect(endpointMessage).toBe('{"why":[1]}');
  });

  it('names place and code of a connection that cannot be made', async () => {
    const endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const { baseURL } = endpoint;
    await endpoint[Symbol.asyncDispose]();
    const model = openaiChatModel({ model: 'test', ...quick, baseURL, retries: 1 });
    await expect(model.chat(question).result).rejects.toMatchObject({
      status: undefined,
      attempts: 2,
      retryable: true,
      message: expect.stringMatching(/^http:\/\/127.* after 2 attempts: the connection failed \(ECONN.*Check baseURL/),
    });
  });

  it('says how long it waited for a silent endpoint', async () => {
    const error = await errorOf({ fault: 'stall' }, 0.3);
    expect(error.message).toMatch(/no byte came for 0.3 s\. Raise timeoutSeconds/);
  });

  it('shortens what an endpoint says without end', async () => {
    const error = await errorOf({ fault: 'status', status: 400, body: { error: { message: 'no '.repeat(10_000) } } });
    expect(error.endpointMessage).toHaveLength(500);
  });

  it('keeps what happened as its cause', async () => {
    const error = await errorOf({ fault: 'reset', amid: true });
    expect(inspect(error.cause)).toContain('ECONNRESET');
  });
});

describe('the API key', () => {
  const echo = {
    message: `You sent Authorization: Bearer ${apiKey}`,
    type: apiKey,
    code: `code-${apiKey}`,
    param: apiKey,
  };
  const behaviours: readonly (readonly [string, EndpointBehaviour])[] = [
    ['a status', { fault: 'status', status: 401, headers: { 'x-request-id': apiKey }, body: { error: echo } }],
    ['a page', { fault: 'status', status: 500, headers: { 'content-type': 'text/html' }, body: `<p>${apiKey}</p>` }],
    ['a reply that is not JSON', { fault: 'status', status: 200, body: `{${apiKey}` }],
    ['a reply of another form', { fault: 'status', status: 200, body: { [apiKey]: apiKey } }],
    ['a finish reason', { text: 'Hi', finishReason: apiKey }],
    [
      'an event of a stream',
      {
        fault: 'status',
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: `data: ${JSON.stringify({ error: echo })}\n\n`,
      },
    ],
    ['a reset', { fault: 'reset' }],
  ];

  it.each(behaviours)(
    'is in no error, however it is shown, where the endpoint repeats it in %s',
    async (_, behaviour) => {
      await using endpoint = await OpenAIEndpoint.start(() => behaviour);
      const headers = { 'X-Api-Token': apiKey, Authorization: `Bearer ${apiKey}` };
      const model = modelOf(endpoint, { retries: 0, headers });
      for (const call of [model.chat(question).result, collect(model.chat(question))]) {
        const error = await call.then(
          () => undefined,
          (thrown) => thrown,
        );
        expect(error).toMatchObject({ code: 'endpoint-failed' });
        expectSecret(error);
      }
      expectSecret(model);
    },
  );

  it('is not logged, whatever OPENAI_LOG says', async () => {
    vi.stubEnv('OPENAI_LOG', 'debug');
    const written: unknown[] = [];
    for (const level of ['error', 'warn', 'info', 'log', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...values) => void written.push(values));
    }
    await using endpoint = await OpenAIEndpoint.start(({ call }) =>
      call === 0 ? { fault: 'invalid-json' } : 'Hello.',
    );
    await collect(modelOf(endpoint, { retries: 0 }).chat(question)).catch(() => undefined);
    await modelOf(endpoint).chat(question).result;
    vi.unstubAllEnvs();
    expect(written).toEqual([]);
  });

  it.each([`${apiKey}\n${apiKey}`, `${apiKey} `.repeat(2), `${apiKey}\u00e9`])(
    'is not shown where it is wrong',
    (wrong) => {
      for (const create of [openaiChatModel, openaiModeration]) {
        try {
          create({ model: 'test', baseURL: 'http://localhost/v1', apiKey: wrong });
          expect.unreachable();
        } catch (error) {
          expect(error).toMatchObject({ code: 'config-invalid', issues: [{ path: 'apiKey' }] });
          expectSecret(error);
        }
      }
    },
  );

  it('is read from the environment', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ fault: 'status', status: 401, body: { error: echo } }));
    vi.stubEnv('OPENAI_API_KEY', `${apiKey}\n`);
    const call = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL }).chat(question).result;
    vi.unstubAllEnvs();
    expectSecret(await call.catch((error) => error));
    expect(endpoint.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
  });
});

function expectSecret(value: unknown): void {
  const shown = [inspect(value, { depth: Infinity, showHidden: true }), JSON.stringify(value), String(value)];
  if (value instanceof Error) shown.push(value.message, value.stack ?? '');
  for (const text of shown) expect(text).not.toContain(apiKey);
}
