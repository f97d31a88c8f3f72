import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import {
  type GatewayBus,
  natsGatewayBus,
  natsWorkerBus,
  type WorkerBus,
  webSocketGatewayBus,
  webSocketWorkerBus,
} from '../../../src/serve/index.js';
import { natsServer, startNatsServer } from './nats-server.js';

export const token = 'token-of-the-tests';

/** One kind of bus, on loopback. */
export interface TestBus extends AsyncDisposable {
  gatewayBus(): Promise<GatewayBus>;
  workerBus(shown?: string): Promise<WorkerBus>;
}

export interface BusKind {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly missing?: string;
  open(): Promise<TestBus>;
}

/** Short, so that tests which lose a link do not wait for it. */
const backoff = { minimumDelay: 20, maximumDelay: 200 };

export const busKinds: readonly BusKind[] = [
  { name: 'WebSocket', open: openWebSockets },
  {
    name: 'NATS',
    ...(natsServer === undefined ? { missing: 'nats-server is not installed' } : {}),
    open: openNats,
  },
];

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

async function openWebSockets(): Promise<TestBus> {
  const server = createServer((_, response) => response.writeHead(404).end());
  const url = `ws://127.0.0.1:${await listen(server)}/v1/workers`;
  return {
    async gatewayBus() {
      const bus = await webSocketGatewayBus({ tokens: [token] });
      bus.attach(server);
      return bus;
    },
    workerBus: (shown = token) => webSocketWorkerBus({ url, token: shown, backoff }),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function openNats(): Promise<TestBus> {
  const server = await startNatsServer();
  return {
    gatewayBus: () => natsGatewayBus({ servers: server.url, tokens: [token], backoff }),
    workerBus: (shown = token) => natsWorkerBus({ servers: server.url, token: shown, backoff }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
