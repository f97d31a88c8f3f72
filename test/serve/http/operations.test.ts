import { describe, expect, it } from 'vitest';
import { createHandler, listen } from '../../../src/serve/index.js';
import { everythingModel, hello, scriptedChatModel, serve } from './support/served.js';

describe('metrics', () => {
  it('count requests, tokens and times, without labels that a client chooses', async () => {
    const { client, url, key } = await serve([everythingModel()]);
    await client.chat.completions.create({ model: 'everything', messages: hello });
    await client.chat.completions.create({ model: 'made-up-by-a-client', messages: hello }).catch(() => undefined);
    const response = await fetch(new URL('metrics', url), { headers: { authorization: `Bearer ${key}` } });
    const text = await response.text();
    expect(text).toContain(
      'vicuna_requests_total{route="/v1/chat/completions",model="everything",status="200",outcome="ok"} 1',
    );
    expect(text).toContain('outcome="model-not-found"');
    expect(text).toContain('vicuna_tokens_total{model="everything",kind="completion"} 3');
    expect(text).toContain('vicuna_time_to_first_token_seconds_count{model="everything"} 1');
    // The request for the metrics itself.
    expect(text).toContain('vicuna_requests_running 1');
    expect(text).not.toContain('made-up-by-a-client');
  });
});

describe('the log', () => {
  it('has a line for each request, with the id that the client was told', async () => {
    const { url, key, log } = await serve([everythingModel()]);
    const response = await fetch(new URL('v1/chat/completions', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-request-id': 'mine-1' },
      body: JSON.stringify({ model: 'everything', messages: hello, user: 'u1' }),
    });
    await response.text();
    expect(log).toMatchObject([
      {
        type: 'request',
        traceId: response.headers.get('x-request-id'),
        clientRequestId: 'mine-1',
        key: 'test',
        route: '/v1/chat/completions',
        model: 'everything',
        status: 200,
        promptTokens: 1,
        completionTokens: 3,
      },
    ]);
  });

  it('takes no line breaks from a client', async () => {
    const { log } = await serve([]);
    const handler = await createHandler({ keys: 'open' }, { models: [], onLog: (entry) => log.push(entry) });
    await handler.fetch(new Request('http://localhost/v1/models', { headers: { 'x-request-id': 'a b{"x":1}' } }));
    expect(log).toMatchObject([{ clientRequestId: undefined }]);
  });
});

describe('a request that takes too long', () => {
  it('ends with deadline-exceeded, and its model stops', async () => {
    const model = scriptedChatModel(() => 'word '.repeat(1000), { delay: 10 });
    const { client } = await serve([model], { requestSeconds: 0.2 });
    const ask = client.chat.completions.create({ model: 'scripted', messages: hello });
    await expect(ask).rejects.toMatchObject({ status: 504, code: 'deadline-exceeded' });
    await expect.poll(() => model.calls[0]?.outcome).toBe('left');
  });
});

describe('a server', () => {
  it('is ready when a model can be asked', async () => {
    const none = await createHandler({ keys: 'open' }, { models: [] });
    expect((await none.fetch(new Request('http://localhost/readyz'))).status).toBe(503);
    expect((await none.fetch(new Request('http://localhost/healthz'))).status).toBe(200);
  });

  it('lets a reply end before it stops', async () => {
    const model = scriptedChatModel(() => 'one two three four five', { delay: 30 });
    const handler = await createHandler({ keys: 'open' }, { models: [model] });
    const server = await listen(handler, { port: 0 });
    const response = await fetch(new URL('v1/chat/completions', server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'scripted', messages: hello, stream: true }),
    });
    const [text] = await Promise.all([response.text(), server[Symbol.asyncDispose]()]);
    expect(text).toContain('five');
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  it('says which port it cannot have, and what to choose instead', async () => {
    const handler = await createHandler({ keys: 'open' }, { models: [] });
    await using first = await listen(handler, { port: 0 });
    const port = Number(first.url.port);
    await expect(listen(handler, { port })).rejects.toThrow(
      `Port ${port} of 127.0.0.1 cannot be had: another program listens there. Choose another port (--port`,
    );
    await expect(listen(handler, { port: 0, host: '192.0.2.1' })).rejects.toThrow(/no such address.*--host/);
  });
});
