import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import * as z from 'zod';
import { parseConfig, VicunaError } from '../../core/index.js';
import type { ServeHandler } from './serve-handler.js';

/** Where a server listens. @public */
export interface ListenConfig {
  /** 0 picks one that is free. @defaultValue `8000` */
  readonly port?: number | undefined;
  /** `0.0.0.0` for every network of the machine. @defaultValue `'127.0.0.1'` */
  readonly host?: string | undefined;
  /** Seconds that requests under way get to end when the server stops. @defaultValue `30` */
  readonly drainSeconds?: number | undefined;
}

const listenConfigSchema = z.strictObject({
  port: z.int().min(0).max(65_535).default(8000),
  host: z.string().min(1).default('127.0.0.1'),
  drainSeconds: z.number().nonnegative().default(30),
});

/** Headers have to arrive within this, and a request within the handler's own limits. */
const HEADER_MILLISECONDS = 10_000;
/** The handler ends slow bodies itself; this is for what is sent where nobody reads. */
const REQUEST_MILLISECONDS = 60_000;
const KEEP_ALIVE_MILLISECONDS = 5_000;
const IDLE_CHECK_MILLISECONDS = 50;
const MAXIMUM_HEADER_BYTES = 16_384;
const MAXIMUM_HEADERS = 100;

/** A server that listens until it is disposed of. @public */
export interface ServeServer extends AsyncDisposable {
  /** Where it listens, with the port that was picked. */
  readonly url: URL;
  /** Node's own server, for a bus that shares its port. */
  readonly server: Server;
}

/**
 * Listens with a handler, on Node's HTTP server. Disposing of the result takes no new requests and lets those under way
 * end for `drainSeconds`.
 *
 * @throws VicunaError `bus-unavailable` where the port cannot be had.
 *
 * @public
 */
export async function listen(handler: ServeHandler, config: ListenConfig = {}): Promise<ServeServer> {
  const { port, host, drainSeconds } = parseConfig(listenConfigSchema, config, 'listen config');
  const { createAdaptorServer } = await import('@hono/node-server');
  const server = createAdaptorServer({
    fetch: (request) => handler.fetch(request),
    overrideGlobalObjects: false,
    serverOptions: {
      headersTimeout: HEADER_MILLISECONDS,
      requestTimeout: REQUEST_MILLISECONDS,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      maxHeaderSize: MAXIMUM_HEADER_BYTES,
    },
  }) as Server;
  server.maxHeadersCount = MAXIMUM_HEADERS;
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, port, host)));
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: new URL(`http://${name}:${address.port}`),
    server,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that is kept alive becomes idle when its reply has ended, and would be waited for.
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MILLISECONDS);
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, drainSeconds * 1000);
      await closed;
      clearInterval(idle);
      clearTimeout(timer);
    },
  };
}

const otherPort = 'Choose another port (--port on the command line); 0 takes one that is free.';
const otherHost = 'Choose another host (--host on the command line).';
const obstacles: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  EADDRINUSE: ['another program listens there', otherPort],
  EACCES: ['this user may not open it; ports below 1024 are often reserved', otherPort],
  EADDRNOTAVAIL: ['this machine has no such address', otherHost],
  ENOTFOUND: ['there is no such host', otherHost],
};

function cannotListen(cause: NodeJS.ErrnoException, port: number, host: string): VicunaError {
  const [problem, remedy] = obstacles[cause.code ?? ''] ?? [cause.message, otherPort];
  return new VicunaError('bus-unavailable', `Port ${port} of ${host} cannot be had: ${problem}. ${remedy}`, { cause });
}
