import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { hashApiKey } from '../../src/serve/index.js';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';
import { startVicuna } from './support/server.js';

const hello = [{ role: 'user' as const, content: 'Hi' }];

async function model(reply: string): Promise<string> {
  const endpoint = await OpenAIEndpoint.start(() => reply);
  onTestFinished(() => endpoint[Symbol.asyncDispose]());
  return `${endpoint.baseURL}#m`;
}

async function chat(baseURL: string, apiKey: string): Promise<string | null | undefined> {
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const { choices } = await client.chat.completions.create({ model: 'm', messages: hello });
  return choices[0]?.message.content;
}

describe('vicuna serve', () => {
  it('serves a model in one command, with a key of its own, and ends when it is told to', async () => {
    const server = startVicuna(['serve', await model('Served.'), '-p', '0']);
    const [, url] = await server.says(/m at (\S+)/);
    const [, key] = await server.says(/API key of this run: (\S+)/);
    expect(await chat(url!, key!)).toBe('Served.');
    await expect(chat(url!, 'vk-other')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    const metrics = await fetch(new URL('/metrics', url), { headers: { authorization: `Bearer ${key}` } });
    expect(await metrics.text()).toContain('vicuna_gateway_requests_total{model="m",kind="chat",outcome="finished"} 1');
    expect(await server.end()).toBe(0);
    expect(server.events().map(({ type }) => type)).toEqual(
      expect.arrayContaining(['worker-join', 'request-start', 'request-end', 'request', 'worker-leave']),
    );
  });

  it('says where its page is, which asks for the key', async () => {
    const server = startVicuna(['serve', await model('Served.'), '-p', '0', '--page']);
    const [, url] = await server.says(/Chat page: (\S+)/);
    await server.says(/API key of this run, which the page asks for: vk-/);
    expect(await (await fetch(url!)).text()).toContain('<!doctype html>');
  });

  it('lets in the keys of a file, which vicuna key writes as hashes', async () => {
    const file = join(await temporaryDirectory(), 'keys.jsonl');
    const made = await vicuna(['key', 'alice', '--file', file, '--requests-per-minute', '1']);
    const key = made.output.trim();
    expect(made.code).toBe(0);
    const line = await readFile(file, 'utf8');
    expect(JSON.parse(line)).toEqual({
      id: 'alice',
      hash: hashApiKey(key),
      scopes: ['api', 'vote'],
      limits: { requestsPerMinute: 1 },
    });
    expect(line).not.toContain(key);
    const server = startVicuna(['serve', await model('Hello, Alice.'), '-p', '0', '--keys', file]);
    const [, url] = await server.says(/m at (\S+)/);
    expect(await chat(url!, key)).toBe('Hello, Alice.');
    await expect(chat(url!, key)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });
});

describe('vicuna gateway and vicuna worker', () => {
  it('find each other by a token that is in no command line', async () => {
    vi.stubEnv('VICUNA_WORKER_TOKEN', 'a-secret-of-the-workers');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const gateway = startVicuna(['gateway', '-p', '0', '--open']);
    const [, url] = await gateway.says(/Gateway at (\S+)/);
    const bus = new URL('/v1/workers', url);
    bus.protocol = 'ws:';
    const worker = startVicuna(['worker', await model('From afar.'), '-g', bus.href, '--id', 'w1', '--capacity', '2']);
    await worker.says(/Worker w1 offers m/);
    expect(await chat(new URL('/v1', url).href, 'none')).toBe('From afar.');
    expect(await worker.end()).toBe(0);
    await expect
      .poll(() => gateway.events())
      .toContainEqual(expect.objectContaining({ type: 'worker-leave', cause: 'drained' }));
    expect(await gateway.end()).toBe(0);
  });

  it('say what is missing', async () => {
    vi.stubEnv('VICUNA_WORKER_TOKEN', '');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await vicuna(['gateway'])).toMatchObject({
      code: 1,
      errors: expect.stringContaining('VICUNA_WORKER_TOKEN: must be set'),
    });
    expect(await vicuna(['serve', 'x', '-p', '70000'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('from 0 to 65535'),
    });
    const keys = await vicuna(['serve', 'x', '--keys', '/nowhere/keys']);
    expect(keys).toMatchObject({ code: 1, errors: expect.stringContaining('Make one with vicuna key') });
  });
});
