import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { everythingModel, hello, scriptedChatModel, serve } from './support/served.js';

const chat = JSON.stringify({ model: 'everything', messages: hello });

/** Sends bytes as they are, and reads until the server closes or `milliseconds` are over. */
async function raw(url: URL, bytes: string, milliseconds = 3000): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  const timer = setTimeout(() => socket.destroy(), milliseconds);
  await once(socket, 'close');
  clearTimeout(timer);
  return text;
}

describe('hostile requests', () => {
  it('with too large a body are refused, whether they say its size or not', async () => {
    const { url, key } = await serve([everythingModel()], { maximumBodyBytes: 1000 });
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const large = JSON.stringify({ model: 'everything', messages: [{ role: 'user', content: 'x'.repeat(2000) }] });
    const said = await fetch(new URL('v1/chat/completions', url), { method: 'POST', headers, body: large });
    expect(said.status).toBe(413);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    const request = { method: 'POST', headers, body: stream, duplex: 'half' } as RequestInit;
    expect((await fetch(new URL('v1/chat/completions', url), request)).status).toBe(413);
  });

  it('with too long a prompt are refused by both sizes', async () => {
    const { client } = await serve([everythingModel()], { maximumPromptCharacters: 10 });
    const ask = client.chat.completions.create({
      model: 'everything',
      messages: [{ role: 'user', content: 'x'.repeat(11) }],
    });
    await expect(ask).rejects.toThrow(/The prompt has 11 characters, and 10 are taken here/);
  });

  it('that send a body slowly are ended', async () => {
    const { url, key } = await serve([everythingModel()], { bodySeconds: 0.2 });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    expect(await raw(url, head, 5000)).toMatch(/^HTTP\/1\.1 408 [\s\S]*did not arrive within 0\.2 s/);
  });

  it('with floods of headers are refused', async () => {
    const { url } = await serve([everythingModel()]);
    const flood = Array.from({ length: 2000 }, (_, index) => `x-${index}: ${'y'.repeat(20)}\r\n`).join('');
    expect(await raw(url, `GET /v1/models HTTP/1.1\r\nHost: x\r\n${flood}\r\n`)).toMatch(/^HTTP\/1\.1 431/);
    expect(await raw(url, `GET /v1/models HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431/,
    );
  });

  it('that are no JSON, no UTF-8 or no JSON by their type are told so', async () => {
    const { url, key } = await serve([everythingModel()]);
    const post = (body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
      fetch(new URL('v1/chat/completions', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        body,
      });
    expect((await post('{')).status).toBe(400);
    expect((await post(Uint8Array.of(0x22, 0xff, 0x22))).status).toBe(400);
    expect((await post('')).status).toBe(400);
    // What a web page can send without the browser asking first.
    expect((await post(chat, 'text/plain')).status).toBe(415);
  });

  it('with tricks in the path find nothing', async () => {
    const { url, key } = await serve([everythingModel()]);
    for (const path of [
      '/../../etc/passwd',
      '/v1/models/..%2f..%2fetc%2fpasswd',
      '//v1//models',
      '/v1/models/%00',
      '/%2e%2e/metrics',
      '/v1/models/\u202e',
    ]) {
      const answer = await raw(
        url,
        `GET ${encodeURI(path)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, path).toMatch(/^HTTP\/1\.1 40[0-4]/);
      expect(answer).not.toContain('root:');
    }
  });

  it('with a prototype, a deep nest or a huge number in them do no harm', async () => {
    const { url, key } = await serve([everythingModel()]);
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    for (const body of [
      `{"model":"everything","messages":${deep}}`,
      `{"__proto__":{"model":"everything"},"messages":[]}`,
      `{"model":"everything","messages":[{"role":"user","content":"x"}],"max_tokens":1e400}`,
      `{"model":"constructor","messages":[{"role":"user","content":"x"}]}`,
    ]) {
      const response = await fetch(new URL('v1/chat/completions', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
      expect([400, 404], body.slice(0, 60)).toContain(response.status);
    }
    expect(({} as { model?: string }).model).toBeUndefined();
  });

  it('with html in messages, models and replies get JSON that no browser renders', async () => {
    const script = '<script>alert(1)</script>';
    const { url, key } = await serve([scriptedChatModel(() => script)]);
    const response = await fetch(new URL('v1/chat/completions', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content: script }] }),
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const missing = await fetch(new URL(`v1/models/${encodeURIComponent(script)}`, url), {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(missing.headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('from pages of other origins are not answered for them, unless they are named', async () => {
    const origin = 'https://elsewhere.example';
    const preflight = (url: URL) =>
      fetch(new URL('v1/models', url), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
      });
    const closed = await serve([everythingModel()]);
    expect((await preflight(closed.url)).headers.get('access-control-allow-origin')).toBeNull();
    const named = await serve([everythingModel()], { corsOrigins: [origin] });
    const allowed = await preflight(named.url);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    expect(allowed.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
  });
});
