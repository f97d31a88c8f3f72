import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  completionBody,
  completionEvents,
  type EndpointReply,
  type EndpointVerdicts,
  moderationBody,
} from './openai-wire.js';

export type { EndpointReply, EndpointVerdicts, WireToken } from './openai-wire.js';

/** A request that a script is asked about. */
export interface EndpointRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  /** What makes two requests the same: by default a hash of the body, whether streamed or not. */
  readonly key: string;
  /** Requests that came before this one. */
  readonly call: number;
  /** Requests of this key that came before this one: 0 at its first. */
  readonly attempt: number;
}

/**
 * What goes wrong with a call. `status`: answered with a status and body of the test's choice, a retry hint among its
 * headers; `reset`: the connection is torn down; `stall`: nothing comes any more, the connection stays; `truncate`: half
 * of the body, ended as if it were whole; `invalid-json`: a body, or an event of a stream, that cannot be parsed.
 * `amid`: after half of the body, instead of before its first byte.
 */
export type EndpointFault =
  | {
      readonly fault: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** An object is sent as JSON. @defaultValue an error in OpenAI's form */
      readonly body?: string | object;
    }
  | { readonly fault: 'reset' | 'stall'; readonly amid?: boolean }
  | { readonly fault: 'truncate' | 'invalid-json' };

/** A text stands for a reply of that text. */
export type EndpointBehaviour = string | EndpointReply | EndpointVerdicts | EndpointFault;

/** Decides, call by call, what the endpoint does. */
export type EndpointScript = (request: EndpointRequest) => EndpointBehaviour | Promise<EndpointBehaviour>;

/**
 * An endpoint on loopback that speaks chat completions, streamed or not, and moderations, over real HTTP, and does to
 * each call what a test scripts. It counts what it did.
 *
 * @example
 * ```ts
 * await using endpoint = await OpenAIEndpoint.start(({ attempt }) =>
 *   attempt === 0 ? { fault: 'status', status: 429, headers: { 'retry-after': '0' } } : 'Hello.',
 * );
 * const model = openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, apiKey: 'key' });
 * ```
 */
export class OpenAIEndpoint implements AsyncDisposable {
  /** With `/v1`, as clients want it. */
  readonly baseURL: string;
  /** Every request, in the order of arrival. */
  readonly requests: EndpointRequest[] = [];
  /** How often each key got a whole reply: what an endpoint would charge for. */
  readonly paid = new Map<string, number>();
  /** The most requests that were open at the same time. */
  peakConcurrency = 0;
  /** Requests whose client went away before the endpoint had done with them. */
  disconnects = 0;
  readonly #server: Server;
  readonly #script: EndpointScript;
  readonly #keyOf: (body: Record<string, unknown>) => string;
  readonly #attempts = new Map<string, number>();
  #open = 0;

  private constructor(server: Server, script: EndpointScript, keyOf: (body: Record<string, unknown>) => string) {
    this.#server = server.on('request', (request, response) => void this.#receive(request, response));
    this.#script = script;
    this.#keyOf = keyOf;
    this.baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  static async start(
    script: EndpointScript,
    options: { readonly keyOf?: (body: Record<string, unknown>) => string } = {},
  ): Promise<OpenAIEndpoint> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OpenAIEndpoint(server, script, options.keyOf ?? hashOfBody);
  }

  /** Whole replies of all keys. */
  get paidCalls(): number {
    return [...this.paid.values()].reduce((sum, times) => sum + times, 0);
  }

  /** Requests that are open now. */
  get open(): number {
    return this.#open;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let torn = false;
    let counted = false;
    const leave = () => {
      if (counted) this.#open--;
      counted = false;
    };
    // Before its last byte is on its way: a client that has got it may send the next request.
    response.once('prefinish', leave);
    response.once('close', () => {
      leave();
      if (!response.writableFinished && !torn) this.disconnects++;
    });
    // A client that gave a request up sends the next over another connection, which may be read before the end of the old
    // one. Both have come: two turns of the event loop later, the old one is over.
    for (let turn = 0; turn < 2; turn++) await nextTurn();
    if (response.destroyed) return;
    counted = true;
    this.peakConcurrency = Math.max(this.peakConcurrency, ++this.#open);
    const body = (await json(incoming).catch(() => ({}))) as Record<string, unknown>;
    const key = this.#keyOf(body);
    const attempt = this.#attempts.get(key) ?? 0;
    this.#attempts.set(key, attempt + 1);
    const path = incoming.url ?? '';
    const request = { path, headers: incoming.headers, body, key, call: this.requests.length, attempt };
    this.requests.push(request);
    const behaviour = await this.#script(request);
    // The script may have taken its time, and the client may not have waited.
    if (response.destroyed) return;
    if (typeof behaviour === 'object' && 'fault' in behaviour) {
      torn = behaviour.fault === 'reset';
      await fail(response, behaviour, body);
      return;
    }
    response.on('finish', () => this.paid.set(key, (this.paid.get(key) ?? 0) + 1));
    await reply(response, typeof behaviour === 'string' ? { text: behaviour } : behaviour, body);
  }
}

async function reply(
  response: ServerResponse,
  behaviour: EndpointReply | EndpointVerdicts,
  request: Record<string, unknown>,
): Promise<void> {
  const delay = 'delay' in behaviour ? (behaviour.delay ?? 0) : 0;
  for (const [at, part] of wholeBody(response, behaviour, request).entries()) {
    if (delay > 0) await sleep(delay);
    if (response.destroyed) return;
    if (at === 0) response.writeHead(200);
    response.write(part);
  }
  response.end();
}

async function fail(response: ServerResponse, fault: EndpointFault, request: Record<string, unknown>): Promise<void> {
  if (fault.fault === 'status') {
    const {
      status,
      headers = {},
      body = { error: { message: `Scripted status ${status}.`, type: 'scripted' } },
    } = fault;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    return;
  }
  const parts = wholeBody(response, { text: 'A reply of which the last words never come.' }, request);
  const half =
    parts.length === 1 ? [parts[0]!.slice(0, parts[0]!.length / 2)] : parts.slice(0, Math.floor(parts.length / 2));
  const amid = 'amid' in fault ? fault.amid === true : fault.fault === 'truncate' || fault.fault === 'invalid-json';
  if (amid) {
    response.writeHead(200);
    for (const part of half) response.write(part);
  }
  if (fault.fault === 'invalid-json') response.write(parts.length === 1 ? '"}' : 'data: {"choices": [{\n\n');
  if (fault.fault === 'invalid-json' || fault.fault === 'truncate') response.end();
  if (fault.fault === 'reset') {
    // What was written shall arrive before the connection is torn down.
    if (amid) await sleep(10);
    response.socket?.resetAndDestroy();
  }
}

/** Sets the content type, and gives the body in the pieces in which it is sent. */
function wholeBody(
  response: ServerResponse,
  behaviour: EndpointReply | EndpointVerdicts,
  request: Record<string, unknown>,
): string[] {
  const streamed = request.stream === true;
  response.setHeader('content-type', streamed ? 'text/event-stream' : 'application/json');
  response.setHeader('x-request-id', 'req-test');
  if ('verdicts' in behaviour) return [moderationBody(behaviour)];
  return streamed ? completionEvents(behaviour, request) : [completionBody(behaviour, request)];
}

function hashOfBody({ stream, stream_options, ...body }: Record<string, unknown>): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
