import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/index.js';
import { openaiChatModel } from '../../src/openai/index.js';
import { OpenAIEndpoint, type WireToken } from '../support/openai-endpoint.js';
import { apiKey, collect, modelOf, question, quick } from './support.js';

const wireToken = (token: string, logprob: number): WireToken => ({
  token,
  logprob,
  bytes: [...Buffer.from(token)],
  top_logprobs: [
    { token, logprob, bytes: [...Buffer.from(token)] },
    { token: '?', logprob: -3, bytes: null },
  ],
});

describe('openaiChatModel: replies', () => {
  it('gives deltas as they come and then the reply, with the usage that the endpoint counted', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'I am a test.');
    const run = modelOf(endpoint).chat(question);
    const deltas = await collect(run);
    expect(deltas.map(({ text }) => text)).toEqual(['I', ' am', ' a', ' test.']);
    expect(await run.result).toEqual({
      text: 'I am a test.',
      finishReason: 'stop',
      usage: { promptTokens: 3, completionTokens: 4 },
    });
    expect(endpoint.requests[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('asks for the whole reply at once where only the result is awaited', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'I am a test.');
    const { text, usage } = await modelOf(endpoint).chat(question).result;
    expect({ text, usage }).toEqual({ text: 'I am a test.', usage: { promptTokens: 3, completionTokens: 4 } });
    expect(endpoint.requests[0]?.body).not.toHaveProperty('stream');
  });

  it('streams always or never where it is told to', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'I am a test.');
    const always = await modelOf(endpoint, { stream: 'always' }).chat(question).result;
    const never = await collect(modelOf(endpoint, { stream: 'never' }).chat(question));
    expect(endpoint.requests.map(({ body }) => body.stream)).toEqual([true, undefined]);
    expect(always.text).toBe('I am a test.');
    expect(never).toEqual([{ type: 'text-delta', text: 'I am a test.' }]);
  });

  it('reports how far a reply is', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'I am a test.');
    const progress: unknown[] = [];
    await collect(modelOf(endpoint).chat(question, { onProgress: (step) => progress.push(step) }));
    expect(progress).toEqual([1, 4, 6, 12].map((done) => ({ phase: 'reply', done })));
  });

  it('does nothing before a run is used', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    modelOf(endpoint).chat(question);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(endpoint.requests).toHaveLength(0);
  });

  it.each([
    ['length', 'length'],
    ['content_filter', 'content-filter'],
    ['eos_token', 'stop'],
  ] as const)('maps the finish reason %s to %s, streamed or not', async (finishReason, expected) => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'So far', finishReason }));
    const run = modelOf(endpoint).chat(question);
    await collect(run);
    expect((await run.result).finishReason).toBe(expected);
    expect((await modelOf(endpoint).chat(question).result).finishReason).toBe(expected);
  });

  it('takes an empty reply for one where the length or a stop string explains it', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ body }) =>
      body.stop === undefined ? { text: '', finishReason: 'length' } : { text: '' },
    );
    expect(await modelOf(endpoint).chat(question).result).toMatchObject({ text: '', finishReason: 'length' });
    expect(await modelOf(endpoint).chat(question, { stop: ['.'] }).result).toMatchObject({ text: '' });
    expect(endpoint.requests).toHaveLength(2);
  });

  it('gives the words of a refusal, and says that they are no reply', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: '', refusal: 'I will not do that.' }));
    const refused = { text: 'I will not do that.', finishReason: 'content-filter' };
    expect(await modelOf(endpoint).chat(question).result).toMatchObject(refused);
    expect(await modelOf(endpoint, { stream: 'always' }).chat(question).result).toMatchObject(refused);
  });

  it('refuses a finish reason that it does not know, without asking again', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'Hm.', finishReason: 'tool_calls' }));
    await expect(modelOf(endpoint).chat(question).result).rejects.toMatchObject({
      code: 'endpoint-failed',
      message: expect.stringContaining('"tool_calls"'),
    });
    expect(endpoint.requests).toHaveLength(1);
  });

  it('estimates usage where the endpoint does not count, and says so', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'Nine byte', usage: null }));
    const { usage } = await modelOf(endpoint).chat(question).result;
    expect(usage).toEqual({ promptTokens: 8, completionTokens: 3, estimated: true });
  });

  it('maps log probabilities into the tokens of deltas, streamed or not', async () => {
    const tokens = [wireToken('Hel', -0.25), wireToken('lo', -0.5)];
    await using endpoint = await OpenAIEndpoint.start(() => ({ text: 'Hello', tokens }));
    const streamed = await collect(modelOf(endpoint).chat(question, { logprobs: 2 }));
    const whole = await collect(modelOf(endpoint, { stream: 'never' }).chat(question, { logprobs: 2 }));
    const first = {
      token: 'Hel',
      logprob: -0.25,
      bytes: [72, 101, 108],
      likeliest: [
        { token: 'Hel', logprob: -0.25, bytes: [72, 101, 108] },
        { token: '?', logprob: -3 },
      ],
    };
    expect(streamed[0]).toEqual({ type: 'text-delta', text: 'Hel', tokens: [first] });
    expect(streamed.flatMap((delta) => delta.tokens)).toEqual(whole[0]?.tokens);
    expect(endpoint.requests[0]?.body).toMatchObject({ logprobs: true, top_logprobs: 2 });
  });

  it('does not pass over an endpoint that leaves the log probabilities out', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello');
    await expect(modelOf(endpoint).chat(question, { logprobs: 0 }).result).rejects.toMatchObject({
      code: 'option-unsupported',
      message: expect.stringContaining('logprobs'),
    });
  });
});

describe('openaiChatModel: requests', () => {
  it('sends every option under the name that the API has for it', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const options = {
      maxTokens: 9,
      temperature: 0,
      topK: 40,
      topP: 0.5,
      repetitionPenalty: 1.1,
      frequencyPenalty: 1,
      presencePenalty: -1,
      seed: 7,
      stop: ['END'],
    };
    await modelOf(endpoint).chat(question, options).result;
    expect(endpoint.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${apiKey}` },
      body: {
        model: 'test',
        messages: question,
        max_tokens: 9,
        temperature: 0,
        top_k: 40,
        top_p: 0.5,
        repetition_penalty: 1.1,
        frequency_penalty: 1,
        presence_penalty: -1,
        seed: 7,
        stop: ['END'],
      },
    });
  });

  it('sends nothing that was not asked for', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const nothing = { topK: 0, repetitionPenalty: 1, frequencyPenalty: 0, stop: [], responseFormat: { type: 'text' } };
    await modelOf(endpoint, { features: [] }).chat(question, nothing as never).result;
    expect(endpoint.requests[0]?.body).toEqual({ model: 'test', messages: question });
  });

  it('asks for structured output in its strict form', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => '{"score":9}');
    const schema = {
      type: 'object',
      properties: { score: { type: 'integer' } },
      required: ['score'],
      additionalProperties: false,
    };
    const format = { type: 'json-schema', name: 'verdict', schema } as const;
    await modelOf(endpoint).chat(question, { responseFormat: format }).result;
    expect(endpoint.requests[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'verdict', strict: true, schema },
    });
  });

  it('calls fields by the names that it is told', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const fieldNames = { maxTokens: 'max_completion_tokens', repetitionPenalty: 'repeat_penalty' } as const;
    await modelOf(endpoint, { fieldNames }).chat(question, { maxTokens: 3, repetitionPenalty: 1.5 }).result;
    expect(endpoint.requests[0]?.body).toMatchObject({ max_completion_tokens: 3, repeat_penalty: 1.5 });
  });

  it('takes default options, which a call may change', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const model = modelOf(endpoint, { defaults: { temperature: 0, maxTokens: 5 } });
    await model.chat(question, { maxTokens: 6, temperature: undefined }).result;
    expect(endpoint.requests[0]?.body).toMatchObject({ temperature: 0, max_tokens: 6 });
  });

  it('sends headers and the organization', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    await modelOf(endpoint, { headers: { 'X-Team': 'judges' }, organization: 'org-1' }).chat(question).result;
    expect(endpoint.requests[0]?.headers).toMatchObject({ 'x-team': 'judges', 'openai-organization': 'org-1' });
  });

  it('sends no key where there is none and the endpoint is not OpenAI', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const environment = process.env.OPENAI_API_KEY;
    delete process.env.OPENAI_API_KEY;
    try {
      await openaiChatModel({ model: 'test', baseURL: endpoint.baseURL }).chat(question).result;
      expect(endpoint.requests[0]?.headers.authorization).toBeUndefined();
      expect(() => openaiChatModel({ model: 'gpt-4' })).toThrow(/apiKey: must be set, here or as OPENAI_API_KEY/);
    } finally {
      if (environment !== undefined) process.env.OPENAI_API_KEY = environment;
    }
  });

  it('speaks to an Azure deployment at the address and with the header that Azure wants', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const { baseURL: _, ...options } = { ...quick, baseURL: '' };
    const azure = { endpoint: new URL(endpoint.baseURL).origin, deployment: 'my-gpt', apiVersion: '2024-10-21' };
    const model = openaiChatModel({ model: 'gpt-4o', azure, ...options });
    const run = model.chat(question, { maxTokens: 4 });
    await collect(run);
    expect((await run.result).text).toBe('Hello.');
    expect(endpoint.requests[0]).toMatchObject({
      path: '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21',
      headers: { 'api-key': apiKey },
      body: { max_completion_tokens: 4 },
    });
    expect(endpoint.requests[0]?.headers.authorization).toBeUndefined();
    expect(model.features).toContain('json-schema');
  });
});

describe('openaiChatModel: what is refused', () => {
  it.each([
    ['topK', { topK: 5 }],
    ['repetitionPenalty', { repetitionPenalty: 1.2 }],
    ['frequencyPenalty', { frequencyPenalty: 0.5 }],
    ['presencePenalty', { presencePenalty: 0.5 }],
    ['seed', { seed: 0 }],
    ['logprobs', { logprobs: 0 }],
    ['responseFormat', { responseFormat: { type: 'json-schema', schema: {} } }],
  ] as const)('refuses %s where the endpoint does not offer it, and sends nothing', async (option, options) => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const model = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, apiKey });
    await expect(model.chat(question, options).result).rejects.toMatchObject({
      code: 'option-unsupported',
      message: expect.stringMatching(new RegExp(`^${option}: .*features`)),
    });
    expect(endpoint.requests).toHaveLength(0);
  });

  it('refuses options of a call that are out of range, by name', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => 'Hello.');
    const call = modelOf(endpoint).chat(question, { maxTokens: 0, contextOverflow: 'error' } as never);
    await expect(call.result).rejects.toThrow(/maxTokens[\s\S]*contextOverflow/);
  });

  it.each([
    ['model', { model: '' }],
    ['baseURL', { baseURL: 'localhost:8000' }],
    ['baseURL', { baseURL: 'http://me:secret@localhost/v1' }],
    ['baseURL', { azure: { endpoint: 'https://a.example', apiVersion: '1' }, baseURL: 'http://localhost/v1' }],
    ['timeoutSeconds', { timeoutSeconds: 301 }],
    ['headers', { headers: { 'X-A': 'a\nb' } }],
    ['concurrency', { concurrency: 0 }],
    ['defaults.temperature', { defaults: { temperature: -1 } }],
  ])('refuses a wrong %s at once', (field, options) => {
    const create = () => openaiChatModel({ model: 'test', baseURL: 'http://localhost/v1', ...options } as never);
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(new RegExp(`^  ${field}`, 'm'));
  });
});
