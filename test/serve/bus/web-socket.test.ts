// What a gateway's WebSocket endpoint lets in: a worker that shows the token, and nothing else.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type GatewayEvent, webSocketGatewayBus, webSocketWorkerBus } from '../../../src/serve/index.js';
import { listen, token } from '../support/buses.js';
import { until } from '../support/until.js';

async function openGateway(options: { readonly maximumLinks?: number } = {}) {
  const server = createServer((_, response) => response.end('served'));
  const port = await listen(server);
  const events: GatewayEvent[] = [];
  const bus = await webSocketGatewayBus({ tokens: ['another-token-of-the-tests', token], ...options });
  bus.attach(server);
  const gateway = await createGateway({}, { buses: [bus], onEvent: (event) => events.push(event) });
  return {
    port,
    events,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** How the server answers an upgrade. */
async function upgrade(port: number, path: string, authorization?: string): Promise<number> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
  asked.end();
  return new Promise((resolve, reject) => {
    asked.on('response', (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode!);
    });
    asked.on('error', reject);
  });
}

describe('The WebSocket endpoint for workers', () => {
  it('refuses an upgrade without the token before there is a WebSocket', async () => {
    await using opened = await openGateway();
    const path = '/v1/workers';
    expect(await upgrade(opened.port, path)).toBe(401);
    for (const wrong of ['', 'Bearer', `Bearer ${token}x`, `Basic ${token}`, `Bearer ${token} ${token}`])
      expect(await upgrade(opened.port, path, wrong), wrong).toBe(401);
    expect(await upgrade(opened.port, `${path}?token=${token}`)).toBe(401);
    expect(opened.events.every((event) => event.type === 'bus-fail')).toBe(true);
    expect(opened.gateway.status().workers).toEqual([]);
  });

  it('admits each of the tokens that are valid', async () => {
    await using opened = await openGateway();
    for (const valid of [token, 'another-token-of-the-tests'])
      expect(await upgrade(opened.port, '/v1/workers', `Bearer ${valid}`)).toBe(101);
  });

  it('is at its path only, and leaves the server its other requests', async () => {
    await using opened = await openGateway();
    for (const path of ['/', '/v1/workers/', '/v1//workers', '/v1/../v1/workers', '/V1/WORKERS', '/%761/workers'])
      expect(await upgrade(opened.port, path, `Bearer ${token}`), path).toBe(404);
    expect(await (await fetch(`http://127.0.0.1:${opened.port}/v1/workers`)).text()).toBe('served');
  });

  it('takes so many workers and no more', async () => {
    await using opened = await openGateway({ maximumLinks: 1 });
    const url = `ws://127.0.0.1:${opened.port}/v1/workers`;
    const headers = { authorization: `Bearer ${token}` };
    const first = new WebSocket(url, { headers });
    await once(first, 'open');
    expect(await upgrade(opened.port, '/v1/workers', headers.authorization)).toBe(503);
    first.terminate();
    await until(() => opened.events.some((event) => event.type === 'bus-fail' && event.bus === 'protocol'));
    expect(await upgrade(opened.port, '/v1/workers', headers.authorization)).toBe(101);
  });

  it.each([
    ['no JSON', 'hello', /breaks the protocol/],
    ['no frames', '{}', /breaks the protocol/],
    ['an unknown frame', '[{"type":"strange"}]', /breaks the protocol/],
    ['an answer before hello', '[{"type":"pong","load":[]}]', /did not begin with hello/],
    ['another version', '[{"type":"hello","version":99,"worker":"w","instance":"i","offers":[],"load":[]}]', /version/],
    [
      'an answer to nothing',
      '[{"type":"hello","version":1,"worker":"w","instance":"i","offers":[],"load":[]},{"type":"done","job":"1"}]',
      /does not have/,
    ],
  ])('closes the link of a worker that says %s', async (_, said, reason) => {
    await using opened = await openGateway();
    const socket = new WebSocket(`ws://127.0.0.1:${opened.port}/v1/workers`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    socket.send(said);
    await once(socket, 'close');
    const told = JSON.stringify(
      opened.events.map((event) => ({ ...event, ...('error' in event ? { error: event.error.message } : {}) })),
    );
    expect(told).toMatch(reason);
    expect(opened.gateway.models()).toEqual([]);
  });

  it('reads no message of more than its bound, and agrees to no compression', async () => {
    await using opened = await openGateway();
    const socket = new WebSocket(`ws://127.0.0.1:${opened.port}/v1/workers`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: true,
    });
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    // The length alone is enough: a frame's head that promises 2 GB.
    const raw = (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
    raw.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 1, 2, 3, 4]));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
  });

  it('knows a worker that connects anew, before its old connection has ended, and drops the old one', async () => {
    await using opened = await openGateway();
    const open = async () => {
      const headers = { authorization: `Bearer ${token}` };
      const socket = new WebSocket(`ws://127.0.0.1:${opened.port}/v1/workers`, { headers });
      await once(socket, 'open');
      socket.send('[{"type":"hello","version":1,"worker":"w","instance":"i","offers":[],"load":[]}]');
      await once(socket, 'message');
      return socket;
    };
    const old = await open();
    const closed = once(old, 'close');
    const young = await open();
    await closed;
    expect(opened.events.at(-1)).toMatchObject({ type: 'worker-join', worker: 'w' });
    expect(opened.events.at(-2)).toMatchObject({ type: 'worker-leave', worker: 'w', cause: 'replaced' });
    expect(opened.gateway.status().workers).toHaveLength(1);
    young.terminate();
  });

  it('lets go of a peer that never finishes its upgrade', async () => {
    await using opened = await openGateway();
    const socket = connect(opened.port, '127.0.0.1');
    socket.write('GET /v1/workers HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.resume();
    await once(socket, 'end');
  });
});

describe('A WebSocket bus', () => {
  it('is not made with a token that could be guessed or a url that is none', async () => {
    await expect(webSocketGatewayBus({ tokens: [] })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(webSocketGatewayBus({ tokens: ['short'] })).rejects.toMatchObject({ code: 'config-invalid' });
    await expect(webSocketWorkerBus({ url: 'ws://localhost', token: 'two words are too many' })).rejects.toMatchObject({
      code: 'config-invalid',
    });
    await expect(webSocketWorkerBus({ url: 'http://localhost', token })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});
