import type { GatewayBus, GatewayEvent, HandlerConfig, ServeServer } from '../serve/index.js';
import { eventLines } from './event-lines.js';
import { printLine, type Terminal } from './terminal.js';

export interface GatewayServerOptions {
  readonly port: number;
  readonly host: string;
  readonly keys: HandlerConfig['keys'];
  readonly corsOrigins?: readonly string[] | undefined;
  readonly page?: boolean | undefined;
  /** File to which votes of the page are appended. */
  readonly votes?: string | undefined;
  /** Tokens of workers that may come through WebSockets. */
  readonly workerTokens: readonly string[];
  /** Buses beside the WebSockets. */
  readonly buses: readonly GatewayBus[];
}

export interface GatewayServer extends AsyncDisposable {
  readonly server: ServeServer;
  /** Refuses new requests and lets those that run finish. */
  drain(): Promise<void>;
}

interface WayIn {
  readonly page: boolean | undefined;
  readonly fresh: string | undefined;
}

/** What people need to begin, beside the address of the API: where the page is, and the key if one was made. */
export function printWayIn({ errors }: Terminal, url: URL, way: WayIn): void {
  if (way.page === true) printLine(errors, `Chat page: ${url.href}`);
  if (way.fresh !== undefined)
    printLine(errors, `API key of this run${way.page === true ? ', which the page asks for' : ''}: ${way.fresh}`);
}

/** A gateway behind the HTTP API, with WebSockets for its workers on the same port. */
export async function startGatewayServer(terminal: Terminal, options: GatewayServerOptions): Promise<GatewayServer> {
  const { createGateway, createHandler, listen, webSocketGatewayBus } = await import('../serve/index.js');
  const { keys, corsOrigins, page, votes, workerTokens, buses, port, host } = options;
  const log = eventLines(terminal);
  const sockets = await webSocketGatewayBus({ tokens: workerTokens });
  let observe: (event: GatewayEvent) => void = () => undefined;
  const gateway = await createGateway(
    {},
    {
      buses: [sockets, ...buses],
      onEvent(event) {
        observe(event);
        log(event);
      },
    },
  );
  const handler = await createHandler({ keys, corsOrigins, page, votes }, { models: gateway, onLog: log });
  observe = handler.observe;
  const server = await listen(handler, { port, host });
  sockets.attach(server.server);
  return {
    server,
    async drain() {
      await gateway.drain();
      await server[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
