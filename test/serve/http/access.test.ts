import { describe, expect, it } from 'vitest';
import { Guard } from '../../../src/serve/http/access/guard.js';
import { createApiKey, createHandler, hashApiKey } from '../../../src/serve/index.js';
import { everythingModel, hello, serve } from './support/served.js';

const MINUTE = 60_000;
const key = createApiKey();
const known = (limits: object) => [{ id: 'k', hash: hashApiKey(key), scopes: ['api' as const], limits }];

describe('a key', () => {
  it('is random, and known by its hash alone', () => {
    expect(createApiKey()).toMatch(/^vk-[\w-]{32}$/);
    expect(createApiKey()).not.toBe(key);
    expect(hashApiKey(key)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is asked for on every path but health', async () => {
    const { url } = await serve([everythingModel()]);
    for (const path of [
      'v1/models',
      'v1/models/everything',
      'openapi.json',
      'metrics',
      '',
      'anything',
      'v1/../metrics',
    ])
      for (const headers of [{}, { authorization: 'Bearer vk-wrong' }, { authorization: `Basic ${btoa(key)}` }]) {
        const response = await fetch(new URL(path, url), { headers });
        expect(response.status, path).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.json()).toMatchObject({ error: { code: 'unauthorized', type: 'authentication_error' } });
      }
    for (const path of ['healthz', 'readyz']) expect((await fetch(new URL(path, url))).status).toBe(200);
  });

  it('does what its scopes say', () => {
    const guard = new Guard(known({}));
    expect(() => guard.enter(`Bearer ${key}`, 'metrics')).toThrow('Key k has no scope "metrics".');
    expect(guard.enter(`bearer ${key}`, 'api').keyId).toBe('k');
  });

  it('stays out of the log and of errors', async () => {
    const served = await serve([everythingModel()]);
    await served.client.chat.completions.create({ model: 'none', messages: hello }).catch(() => undefined);
    expect(JSON.stringify(served.log)).not.toContain(served.key);
  });

  it('of a wrong form is a configuration error that names it', async () => {
    const create = (keys: unknown) => createHandler({ keys: keys as 'open' }, { models: [] });
    await expect(create([{ id: 'a', hash: key }])).rejects.toThrow(/keys\.0\.hash: must be a SHA-256/);
    await expect(create([])).rejects.toThrow(/keys: must have a key; "open" lets everybody in/);
    const twice = [
      { id: 'a', hash: hashApiKey('x') },
      { id: 'a', hash: hashApiKey('y') },
    ];
    await expect(create(twice)).rejects.toThrow(/keys: must have different ids/);
  });
});

describe('limits of a key', () => {
  it('hold a minute’s requests, and let in again as time goes by', () => {
    let now = 0;
    const guard = new Guard(known({ requestsPerMinute: 2 }), () => now);
    const enter = () => guard.enter(`Bearer ${key}`, 'api');
    enter();
    enter();
    expect(enter).toThrow(expect.objectContaining({ status: 429, retryAfterSeconds: 30 }));
    now += MINUTE / 2;
    enter();
    expect(enter).toThrow(/2 requests a minute/);
  });

  it('charge tokens when a request has ended: a debt is waited for', () => {
    let now = 0;
    const guard = new Guard(known({ tokensPerMinute: 100 }), () => now);
    const enter = () => guard.enter(`Bearer ${key}`, 'api');
    const visit = enter();
    enter();
    visit.leave(250);
    visit.leave(250);
    expect(enter).toThrow(expect.objectContaining({ status: 429, retryAfterSeconds: 90 }));
    now += 1.5 * MINUTE + 1;
    enter();
  });

  it('count a day in UTC', () => {
    let now = Date.UTC(2026, 0, 1, 23);
    const guard = new Guard(known({ tokensPerDay: 10 }), () => now);
    const enter = () => guard.enter(`Bearer ${key}`, 'api');
    enter().leave(11);
    expect(enter).toThrow(expect.objectContaining({ retryAfterSeconds: 3600 }));
    now = Date.UTC(2026, 0, 2);
    enter();
  });

  it('hold how many run at a time', () => {
    const guard = new Guard(known({ concurrency: 1 }));
    const visit = guard.enter(`Bearer ${key}`, 'api');
    expect(() => guard.enter(`Bearer ${key}`, 'api')).toThrow(/1 requests at a time/);
    visit.leave(0);
    guard.enter(`Bearer ${key}`, 'api');
  });

  it('reach the client as 429 with Retry-After', async () => {
    const own = createApiKey();
    const { url } = await serve([everythingModel()], {
      keys: [{ id: 'slow', hash: hashApiKey(own), limits: { requestsPerMinute: 1 } }],
    });
    const ask = () => fetch(new URL('v1/models', url), { headers: { authorization: `Bearer ${own}` } });
    expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
  });
});
