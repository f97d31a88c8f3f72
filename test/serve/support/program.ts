// A process of its own: a worker with a counting model, or a gateway that asks what its parent tells it to. Speaks with its
// parent through Node's IPC.
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import {
  createGateway,
  createWorker,
  drainOnTermination,
  type GatewayConfig,
  natsGatewayBus,
  natsWorkerBus,
  webSocketGatewayBus,
  webSocketWorkerBus,
} from '../../../src/serve/index.js';
import { ask, type CountingOptions, countingModel } from './counting-model.js';

export type BusAddress =
  | { readonly kind: 'web-socket'; readonly host?: string; readonly port: number }
  | { readonly kind: 'nats'; readonly servers: string };

export type Role =
  | {
      readonly role: 'worker';
      readonly id: string;
      readonly bus: BusAddress;
      readonly token: string;
      readonly capacity: number;
      readonly model: CountingOptions;
    }
  | { readonly role: 'gateway'; readonly bus: BusAddress; readonly token: string; readonly config: GatewayConfig }
  | {
      /** Passes TCP connections on, as the only way out of a network. */
      readonly role: 'relay';
      readonly listen: { readonly host: string; readonly port: number };
      readonly to: { readonly host: string; readonly port: number };
    };

/** What a parent asks. */
export type Question =
  | { readonly type: 'state' }
  | { readonly type: 'ask'; readonly name: string; readonly tokens: number }
  | { readonly type: 'exit' };

/** What a process says. */
export type Said =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly event: { readonly type: string } }
  | { readonly type: 'state'; readonly running: number; readonly made: number; readonly memory: number }
  | { readonly type: 'delta'; readonly name: string; readonly text: string }
  | { readonly type: 'reply'; readonly name: string; readonly text?: string; readonly code?: string };

const say = (said: Said) => void process.send?.(said);
const role: Role = JSON.parse(process.argv[2]!);
const backoff = { minimumDelay: 50, maximumDelay: 500 };
// A parent that was killed leaves nobody behind.
process.on('disconnect', () => process.exit());

if (role.role === 'worker') {
  const { bus, token } = role;
  const model = countingModel(role.model);
  const worker = await createWorker(
    { id: role.id, capacity: role.capacity },
    {
      models: [model],
      bus:
        bus.kind === 'nats'
          ? await natsWorkerBus({ servers: bus.servers, token, backoff })
          : await webSocketWorkerBus({ url: `ws://${bus.host ?? '127.0.0.1'}:${bus.port}/v1/workers`, token, backoff }),
      onEvent: ({ type }) => say({ type: 'event', event: { type } }),
    },
  );
  drainOnTermination(worker);
  void worker.closed.then(() => process.disconnect());
  answer(() => ({ running: model.running, made: model.made }));
} else if (role.role === 'gateway') {
  const { bus, token } = role;
  const server = createServer((_, response) => response.writeHead(404).end());
  const open = async () => {
    if (bus.kind === 'nats') return natsGatewayBus({ servers: bus.servers, tokens: [token], backoff });
    const sockets = await webSocketGatewayBus({ tokens: [token] });
    sockets.attach(server.listen(bus.port, bus.host ?? '127.0.0.1'));
    return sockets;
  };
  const gateway = await createGateway(role.config, {
    buses: [await open()],
    onEvent: (event) => say({ type: 'event', event }),
  });
  answer(
    () => ({ running: gateway.status().workers.reduce((sum, { running }) => sum + running, 0), made: 0 }),
    async (name, tokens) => {
      try {
        const run = gateway.model('counting')!.chat(ask(name, tokens));
        for await (const { text } of run) say({ type: 'delta', name, text });
        say({ type: 'reply', name, text: (await run.result).text });
      } catch (error) {
        say({ type: 'reply', name, code: (error as { code?: string }).code ?? String(error) });
      }
    },
  );
} else {
  createTcpServer((inside) => {
    const outside = connect(role.to);
    inside.pipe(outside).pipe(inside);
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
  }).listen(role.listen);
  answer(() => ({ running: 0, made: 0 }));
}

function answer(
  state: () => { readonly running: number; readonly made: number },
  onAsk: (name: string, tokens: number) => Promise<void> = async () => undefined,
): void {
  process.on('message', (question: Question) => {
    if (question.type === 'state') say({ type: 'state', ...state(), memory: process.memoryUsage.rss() });
    if (question.type === 'ask') void onAsk(question.name, question.tokens);
    if (question.type === 'exit') process.disconnect();
  });
  say({ type: 'ready' });
}
