import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { everythingModel, hello, scriptedChatModel, serve } from './support/served.js';

describe('the openai client, unchanged, against a server of ours', () => {
  it('chats', async () => {
    const model = everythingModel();
    const { client } = await serve([model]);
    const reply = await client.chat.completions.create({
      model: 'everything',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      ],
      temperature: 0,
      max_completion_tokens: 2,
      stop: '\n',
      presence_penalty: 0.5,
    });
    expect(reply.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Hello there,', refusal: null },
        logprobs: null,
        finish_reason: 'length',
      },
    ]);
    expect(reply.usage).toEqual({
      prompt_tokens: 2,
      completion_tokens: 2,
      total_tokens: 4,
      prompt_tokens_details: { cached_tokens: 1 },
    });
    expect(model.asked[0]).toMatchObject({ temperature: 0, maxTokens: 2, stop: ['\n'], presencePenalty: 0.5 });
  });

  it('streams, with usage in the last event', async () => {
    const { client } = await serve([everythingModel()]);
    const stream = await client.chat.completions.create({
      model: 'everything',
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello there, friend.');
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 3 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  it('streams through its own helper', async () => {
    const { client } = await serve([everythingModel()]);
    const stream = client.chat.completions.stream({ model: 'everything', messages: hello });
    expect((await stream.finalMessage()).content).toBe('Hello there, friend.');
  });

  it('gets several replies, which a seed makes different and repeatable', async () => {
    const { client } = await serve([everythingModel('Yes')]);
    const ask = () => client.chat.completions.create({ model: 'everything', messages: hello, n: 3, seed: 7 });
    const first = await ask();
    expect(first.choices.map(({ message }) => message.content)).toEqual(['Yes (7)', 'Yes (8)', 'Yes (9)']);
    expect((await ask()).choices).toEqual(first.choices);
    const stream = await client.chat.completions.create({
      model: 'everything',
      messages: hello,
      n: 2,
      seed: 1,
      stream: true,
    });
    const texts = ['', ''];
    for await (const { choices } of stream) for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    expect(texts).toEqual(['Yes (1)', 'Yes (2)']);
  });

  it('gets log probabilities', async () => {
    const { client } = await serve([everythingModel('Ja')]);
    const reply = await client.chat.completions.create({
      model: 'everything',
      messages: hello,
      logprobs: true,
      top_logprobs: 1,
    });
    const token = { token: 'Ja', logprob: -0.5, bytes: [74, 97] };
    expect(reply.choices[0]?.logprobs?.content).toEqual([{ ...token, top_logprobs: [token] }]);
    const completion = await client.completions.create({ model: 'everything', prompt: 'x', logprobs: 1 });
    expect(completion.choices[0]?.logprobs).toMatchObject({
      tokens: [' and', ' after', ' x'],
      text_offset: [0, 4, 10],
    });
  });

  it('asks for JSON by a schema', async () => {
    const model = everythingModel('{}');
    const { client } = await serve([model]);
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    await client.chat.completions.create({
      model: 'everything',
      messages: hello,
      response_format: { type: 'json_schema', json_schema: { name: 'thing', strict: true, schema } },
    });
    await client.chat.completions.create({
      model: 'everything',
      messages: hello,
      response_format: { type: 'json_object' },
    });
    expect(model.asked.map(({ responseFormat }) => responseFormat)).toEqual([
      { type: 'json-schema', name: 'thing', schema },
      { type: 'json-schema', name: 'object', schema: { type: 'object' } },
    ]);
  });

  it('completes texts, one or several, whole and streamed', async () => {
    const { client } = await serve([everythingModel()]);
    const { choices, usage } = await client.completions.create({ model: 'everything', prompt: ['one', 'two'], n: 2 });
    expect(choices.map(({ text }) => text)).toEqual([
      ' and after one',
      ' and after one',
      ' and after two',
      ' and after two',
    ]);
    expect(usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 12 });
    const stream = await client.completions.create({ model: 'everything', prompt: 'one', stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(' and after one');
  });

  it('embeds texts, in the base64 that it asks for by itself and as numbers', async () => {
    const { client } = await serve([everythingModel()]);
    const { data, usage } = await client.embeddings.create({ model: 'everything', input: ['ab', 'abcd'] });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0.5, 0.5, -2],
      [0.25, 0.5, -2],
    ]);
    expect(usage).toEqual({ prompt_tokens: 6, total_tokens: 6 });
    const numbers = await client.embeddings.create({ model: 'everything', input: 'ab', encoding_format: 'float' });
    expect(numbers.data[0]?.embedding).toEqual([0.5, 0.5, -2]);
  });

  it('lists models, also one whose id has a slash', async () => {
    const { client } = await serve([everythingModel(), scriptedChatModel([], { id: 'lm/small' })]);
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['everything', 'lm/small']);
    expect(await client.models.retrieve('everything')).toMatchObject({ id: 'everything', object: 'model' });
    await expect(client.models.retrieve('none')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe('errors, as the openai client sees them', () => {
  it('have their class, their true cause, the field and a trace id', async () => {
    const { client, log } = await serve([everythingModel()]);
    const ask = (fields: object) =>
      client.chat.completions.create({ model: 'everything', messages: hello, ...fields }).then(
        () => undefined,
        (error: InstanceType<typeof OpenAI.APIError>) => error,
      );
    const unsupported = await ask({ tools: [], logit_bias: {} });
    expect(unsupported).toBeInstanceOf(OpenAI.BadRequestError);
    expect(unsupported).toMatchObject({ param: 'tools', code: 'request-invalid', type: 'invalid_request_error' });
    expect(unsupported?.message).toMatch(/Not supported here: tools, logit_bias\. Describe the tools/);
    expect(await ask({ messages: [{ role: 'tool', content: 'x' }] })).toMatchObject({
      status: 400,
      param: 'messages.0.role',
    });
    expect(await ask({ temperature: 3 })).toMatchObject({ status: 400, param: 'temperature' });
    expect(await ask({ top_logprobs: 2 })).toMatchObject({ status: 400, param: 'top_logprobs' });
    const missing = await ask({ model: 'other' });
    expect(missing).toBeInstanceOf(OpenAI.NotFoundError);
    expect(missing?.message).toMatch(/no model "other" here\. There are: everything\./);
    expect(missing?.requestID).toBe(log.at(-1)?.traceId);
    expect(missing?.error).toMatchObject({ trace_id: missing?.requestID });
    const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'vk-wrong', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it('of a model are told before a stream begins as a status, and amid it as an event', async () => {
    const model = scriptedChatModel([
      new Error('a secret path'),
      { text: 'Half a ', error: new Error('a secret path') },
    ]);
    const { client, log } = await serve([model]);
    const ask = () => client.chat.completions.create({ model: 'scripted', messages: hello, stream: true });
    await expect(ask()).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    let text = '';
    const read = async () => {
      for await (const { choices } of await ask()) text += choices[0]?.delta.content ?? '';
    };
    await expect(read()).rejects.toThrow(/trace id [0-9a-f-]{36}/);
    expect(text).toBe('Half a ');
    expect(JSON.stringify(log)).toContain('a secret path');
    expect(log).toMatchObject([
      { failure: 'internal', status: 500 },
      { failure: 'internal', status: 200, completionTokens: 3 },
    ]);
  });
});

describe('a client that goes away', () => {
  it('ends its reply at once, before and amid the stream', async () => {
    const model = scriptedChatModel(() => 'word '.repeat(1000), { delay: 5 });
    const { client, log } = await serve([model]);
    const before = new AbortController();
    const waiting = client.chat.completions.create({ model: 'scripted', messages: hello }, { signal: before.signal });
    setTimeout(() => before.abort(), 50);
    await expect(waiting).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    const stream = await client.chat.completions.create({ model: 'scripted', messages: hello, stream: true });
    for await (const _ of stream) break;
    await expect.poll(() => model.calls.map(({ outcome }) => outcome)).toEqual(['left', 'left']);
    await expect.poll(() => log).toMatchObject([{ failure: 'client-left' }, { failure: 'client-left' }]);
  });

  it('that reads slowly slows the model down', async () => {
    let made = 0;
    const model = scriptedChatModel(() => `${'x'.repeat(2000)} `.repeat(20_000));
    const counted = {
      ...model,
      chat: (...given: Parameters<typeof model.chat>) => {
        const run = model.chat(...given);
        return {
          result: run.result,
          async *[Symbol.asyncIterator]() {
            for await (const delta of run) {
              made++;
              yield delta;
            }
          },
        };
      },
    };
    const { url, key } = await serve([{ ...counted, id: 'scripted', features: [] }]);
    const leave = new AbortController();
    const response = await fetch(new URL('v1/chat/completions', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'scripted', messages: hello, stream: true }),
      signal: leave.signal,
    });
    await response.body!.getReader().read();
    await expect
      .poll(
        async () => {
          const before = made;
          await new Promise((resolve) => setTimeout(resolve, 200));
          return made - before;
        },
        { timeout: 10_000 },
      )
      .toBe(0);
    expect(made).toBeLessThan(10_000);
    leave.abort();
  });
});
