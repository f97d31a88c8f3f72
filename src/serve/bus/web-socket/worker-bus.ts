import type { ClientRequest, IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { VicunaError } from '../../../core/index.js';
import { Backoff, type BackoffConfig } from '../backoff.js';
import { MAXIMUM_MESSAGE_BYTES, type WorkerBus, type WorkerBusListener } from '../link.js';
import { requireToken } from '../token.js';
import { WebSocketLink } from './link.js';

/** Milliseconds in which a gateway must answer. */
const HANDSHAKE = 5_000;

/** Which gateways a worker connects to. @public */
export interface WebSocketWorkerBusOptions {
  /** Of the gateway's worker path: `ws://gateway:8000/v1/workers`, or `wss:` behind TLS. Several for several gateways. */
  readonly url: string | readonly string[];
  /** One of the gateway's tokens. */
  readonly token: string;
  /** How long to wait between attempts to connect. */
  readonly backoff?: BackoffConfig | undefined;
}

/** Does what the public `webSocketWorkerBus` says. */
export async function openWebSocketWorkerBus(options: WebSocketWorkerBusOptions): Promise<WorkerBus> {
  requireToken(options.token, 'webSocketWorkerBus');
  const urls = [options.url].flat();
  for (const url of urls)
    if (!URL.canParse(url) || !['ws:', 'wss:'].includes(new URL(url).protocol))
      throw new VicunaError(
        'config-invalid',
        `webSocketWorkerBus cannot connect to ${JSON.stringify(url)}: name a ws: or wss: url.`,
      );
  const { WebSocket } = await import('ws');
  const open = (url: string) =>
    new WebSocket(url, {
      headers: { authorization: `Bearer ${options.token}` },
      perMessageDeflate: false,
      maxPayload: MAXIMUM_MESSAGE_BYTES,
      handshakeTimeout: HANDSHAKE,
    });
  return new DialBus(urls, open, options.backoff ?? {});
}

class DialBus implements WorkerBus {
  readonly name = 'web-socket';
  readonly #urls: readonly string[];
  readonly #open: (url: string) => WebSocket;
  readonly #backoff: BackoffConfig;
  readonly #stops = new Set<() => void>();
  #isDisposed = false;

  constructor(urls: readonly string[], open: (url: string) => WebSocket, backoff: BackoffConfig) {
    this.#urls = urls;
    this.#open = open;
    this.#backoff = backoff;
  }

  connect(listener: WorkerBusListener): void {
    for (const url of this.#urls) this.#dial(url, new Backoff(this.#backoff), listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const stop of this.#stops) stop();
  }

  #dial(url: string, backoff: Backoff, listener: WorkerBusListener): void {
    const socket = this.#open(url);
    let opened: number | undefined;
    let link: WebSocketLink | undefined;
    let problem: VicunaError | undefined;
    const stop = () => (link === undefined ? socket.terminate() : link.close('was closed: the worker leaves'));
    this.#stops.add(stop);
    socket.on('open', () => {
      opened = performance.now();
      link = new WebSocketLink(socket, url);
      listener.onLink(link);
    });
    socket.on('unexpected-response', (request, response) => {
      problem ??= refusedBy(url, response);
      abandon(socket, request, response);
    });
    socket.on('error', (error) => {
      problem ??= new VicunaError('bus-unavailable', `The gateway at ${url} cannot be reached: ${describe(error)}.`);
    });
    socket.on('close', () => {
      this.#stops.delete(stop);
      if (this.#isDisposed) return;
      const delay = backoff.delay(opened === undefined ? 0 : performance.now() - opened);
      if (opened === undefined && problem !== undefined) listener.onFailure(problem, delay);
      this.#later(delay, () => this.#dial(url, backoff, listener));
    });
  }

  #later(delay: number, action: () => void): void {
    const stop = () => clearTimeout(timer);
    const timer = setTimeout(() => {
      this.#stops.delete(stop);
      action();
    }, delay);
    this.#stops.add(stop);
  }
}

function refusedBy(url: string, { statusCode }: IncomingMessage): VicunaError {
  if (statusCode === 401)
    return new VicunaError(
      'unauthorized',
      `The gateway at ${url} does not know the worker's token (HTTP 401). Give both the same.`,
    );
  return new VicunaError(
    'bus-unavailable',
    `The gateway at ${url} answered HTTP ${statusCode} instead of opening a WebSocket.`,
  );
}

/** Once somebody listens for an unexpected response, ending the attempt is up to them. */
function abandon(socket: WebSocket, request: ClientRequest, response: IncomingMessage): void {
  response.resume();
  request.destroy();
  socket.terminate();
}

function describe(error: Error): string {
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
