import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { voteSchema } from '../../../src/conversation/index.js';
import { createApiKey, type HandlerConfig, hashApiKey } from '../../../src/serve/index.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { everythingModel, serve } from '../http/support/served.js';

const body = { models: { a: 'vicuna', b: 'alpaca' }, outcome: 'a' };

async function voting(config: Partial<HandlerConfig> = {}, keepTexts = false) {
  const path = join(await temporaryDirectory(), 'votes.jsonl');
  const votes = keepTexts ? { path, keepTexts } : path;
  const served = await serve([everythingModel()], { keys: 'open', votes, ...config });
  const vote = (value: unknown, key?: string) =>
    fetch(new URL('v1/votes', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(value),
    });
  const lines = async () =>
    (await readFile(path, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { ...served, path, vote, lines };
}

describe('POST /v1/votes', () => {
  it('keeps a vote with its time and a pseudonym of its voter, and nothing more', async () => {
    const [one, other] = [createApiKey(), createApiKey()];
    const keys = [one, other].map((key, index) => ({ id: `key-${index}`, hash: hashApiKey(key) }));
    const { vote, lines, path } = await voting({ keys });
    for (const [key, user] of [[one], [one], [one, 'ada'], [other, 'ada'], [other]] as const)
      expect((await vote({ ...body, user }, key)).status).toBe(200);
    const votes = await lines();
    for (const kept of votes) {
      expect(kept).toEqual({ ...body, voter: expect.any(String), at: expect.any(String) });
      expect(voteSchema.parse(kept)).toEqual(kept);
    }
    const voters = votes.map(({ voter }) => voter);
    expect(voters[0]).toBe(voters[1]);
    expect(new Set(voters).size).toBe(4);
    const text = await readFile(path, 'utf8');
    for (const secret of [one, other, ...keys.map(({ hash }) => hash), 'key-0', 'ada'])
      expect(text).not.toContain(secret);
  });

  it('needs a key with the scope "vote"', async () => {
    const key = createApiKey();
    const { vote, lines } = await voting({ keys: [{ id: 'k', hash: hashApiKey(key), scopes: ['api'] }] });
    expect((await vote(body)).status).toBe(401);
    const refused = await vote(body, key);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { message: 'Key k has no scope "vote".' } });
    expect(await lines()).toEqual([]);
  });

  it('refuses what is no vote, naming the field', async () => {
    const { vote, lines } = await voting();
    for (const [value, message] of [
      [{ ...body, outcome: 'c' }, /^outcome: /],
      [{ ...body, models: { a: 'x', b: 'x' } }, /^models: must be two different models\.$/],
      [{ ...body, models: { a: '', b: 'x' } }, /^models\.a: /],
      [{ ...body, at: '2020-01-01T00:00:00Z' }, /^Not supported here: at\./],
      [{ ...body, voter: 'somebody else' }, /^Not supported here: voter\./],
      [{ ...body, prompt: 'secret' }, /^Texts are not kept here: leave out prompt\.$/],
      [{ ...body, answers: { a: 'x', b: 'y' } }, /leave out answers\.$/],
      [[], /./],
    ] as const) {
      const response = await vote(value);
      expect(response.status, JSON.stringify(value)).toBe(400);
      expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(message);
    }
    expect(await lines()).toEqual([]);
  });

  it('keeps texts where the operator says so, however they are written', async () => {
    const { vote, lines } = await voting({}, true);
    const texts = { prompt: 'a\nb\u2028"\u0000', answers: { a: '</script>\r\n', b: '\ud83d\ude00' } };
    expect((await vote({ ...body, ...texts })).status).toBe(200);
    expect(await lines()).toEqual([{ ...body, ...texts, at: expect.any(String) }]);
  });

  it('takes no more than the size limit, and nothing but JSON', async () => {
    const { vote, url } = await voting({ maximumBodyBytes: 300 }, true);
    expect((await vote({ ...body, prompt: 'x'.repeat(400) })).status).toBe(413);
    const form = await fetch(new URL('v1/votes', url), { method: 'POST', body: new URLSearchParams({ outcome: 'a' }) });
    expect(form.status).toBe(415);
  });

  it('is not there where no votes are kept', async () => {
    const { url } = await serve([everythingModel()], { keys: 'open' });
    const response = await fetch(new URL('v1/votes', url), { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
  });

  it('says that a vote was not kept, and tells only the log why', async () => {
    const { vote, path, log } = await voting();
    await rm(dirname(path), { recursive: true });
    const response = await vote(body);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { message: 'The vote could not be kept. Try again later.' } });
    expect(text).not.toContain(path);
    expect(JSON.stringify(log)).toContain(path);
  });
});
