import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { VicunaError } from '../../../core/index.js';
import { type GatewayBus, type GatewayBusListener, MAXIMUM_MESSAGE_BYTES } from '../link.js';
import { TokenSet } from '../token.js';
import { WebSocketLink } from './link.js';

/** Who may connect to the gateway, and where. @public */
export interface WebSocketGatewayBusOptions {
  /** What workers may show to be let in; several while one replaces another. At least 16 characters each. */
  readonly tokens: readonly string[];
  /** Path of upgrade requests that are the bus's. @defaultValue `'/v1/workers'` */
  readonly path?: string | undefined;
  /** Most workers at a time. @defaultValue `1024` */
  readonly maximumLinks?: number | undefined;
}

/**
 * Workers reach the gateway itself through WebSockets, on the port of an HTTP server that may serve more. Nothing to
 * install.
 *
 * @example
 * ```ts
 * const bus = await webSocketGatewayBus({ tokens: [process.env.VICUNA_WORKER_TOKEN!] });
 * const server = createServer(handler).listen(8000);
 * bus.attach(server);
 * await using gateway = await createGateway({}, { buses: [bus] });
 * ```
 *
 * @public
 */
export interface WebSocketGatewayBus extends GatewayBus {
  /** Takes the server's upgrade requests to the bus's path; refuses others where nobody else listens for them. */
  attach(server: Server): void;
  /** For servers that route upgrade requests themselves. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Does what the public `webSocketGatewayBus` says. */
export async function openWebSocketGatewayBus(options: WebSocketGatewayBusOptions): Promise<WebSocketGatewayBus> {
  const tokens = new TokenSet(options.tokens, 'webSocketGatewayBus');
  const { WebSocketServer } = await import('ws');
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // A few bytes could otherwise expand to gigabytes.
    perMessageDeflate: false,
    maxPayload: MAXIMUM_MESSAGE_BYTES,
  });
  return new UpgradeBus(server, tokens, options);
}

class UpgradeBus implements WebSocketGatewayBus {
  readonly name = 'web-socket';
  readonly #server: WebSocketServer;
  readonly #tokens: TokenSet;
  readonly #path: string;
  readonly #maximumLinks: number;
  readonly #links = new Set<WebSocketLink>();
  readonly #attached = new Map<Server, (request: IncomingMessage, socket: Duplex, head: Buffer) => void>();
  #listener: GatewayBusListener | undefined;

  constructor(server: WebSocketServer, tokens: TokenSet, options: WebSocketGatewayBusOptions) {
    this.#server = server;
    this.#tokens = tokens;
    this.#path = options.path ?? '/v1/workers';
    this.#maximumLinks = options.maximumLinks ?? 1_024;
  }

  accept(listener: GatewayBusListener): void {
    this.#listener = listener;
  }

  attach(server: Server): void {
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (pathOf(request) === this.#path) this.handleUpgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) refuse(socket, 404, 'Not Found');
    };
    this.#attached.set(server, onUpgrade);
    server.on('upgrade', onUpgrade);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until the WebSocket takes over, nobody else listens for a peer that resets the connection.
    const ignore = () => undefined;
    socket.on('error', ignore);
    const peer = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      refuse(socket, refusal.status, refusal.title);
      this.#listener?.onFailure(refusal.error, peer);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (opened) => {
      socket.off('error', ignore);
      const link = new WebSocketLink(opened, peer);
      this.#links.add(link);
      opened.on('close', () => this.#links.delete(link));
      this.#listener?.onLink(link);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [server, onUpgrade] of this.#attached) server.off('upgrade', onUpgrade);
    this.#attached.clear();
    this.#listener = undefined;
    for (const link of this.#links) link.close('was closed: the gateway ended');
  }

  #refusal(request: IncomingMessage) {
    if (this.#listener === undefined) return refusal(503, 'Service Unavailable', 'bus-unavailable', 'no gateway yet');
    const [, token] = /^Bearer ([^\s]+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return refusal(401, 'Unauthorized', 'unauthorized', 'it showed no worker token');
    if (!this.#tokens.admits(token)) return refusal(401, 'Unauthorized', 'unauthorized', 'its worker token is wrong');
    if (this.#links.size >= this.#maximumLinks)
      return refusal(503, 'Service Unavailable', 'overloaded', `${this.#maximumLinks} workers are connected already`);
    return undefined;
  }
}

function refusal(status: number, title: string, code: 'bus-unavailable' | 'unauthorized' | 'overloaded', why: string) {
  return { status, title, error: new VicunaError(code, `A worker was turned away: ${why}.`) };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!;
}

function refuse(socket: Duplex, status: number, title: string): void {
  const challenge = status === 401 ? 'WWW-Authenticate: Bearer\r\n' : '';
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  // A peer that keeps its half open would hold the socket.
  setTimeout(() => socket.destroy(), 1_000).unref();
}
