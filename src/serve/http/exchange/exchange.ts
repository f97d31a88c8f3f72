import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Usage } from '../../../conversation/index.js';
import { VicunaError } from '../../../core/index.js';
import type { Routing } from '../../types.js';
import type { Visit } from '../access/guard.js';
import { describeError, type ErrorBody } from '../errors.js';
import type { RequestLogEntry } from './log.js';

/** What a client may call its request by: letters, digits and marks, so that a log stays a log. */
const CLIENT_ID = /^[\w.:-]{1,128}$/;

export interface ExchangeOptions {
  readonly request: Request;
  readonly route: string;
  readonly requestSeconds: number;
  readonly onEnd: (entry: RequestLogEntry) => void;
}

/**
 * One request from its arrival to the last byte of its answer: its id, what ends it early, what it took, and the line that
 * the log gets of it.
 */
export class Exchange {
  readonly traceId = randomUUID();
  /** Fires when the client has gone, or the time is over. */
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** When it came, in seconds since the epoch. */
  readonly createdSeconds = Math.floor(Date.now() / 1000);
  readonly #options: ExchangeOptions;
  readonly #began = performance.now();
  readonly #own = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #forward = () => this.cancel(this.#options.request.signal.reason);
  #visit: Visit | undefined;
  #caller: string | undefined;
  #model: string | undefined;
  #stream = false;
  #status = 500;
  #failure: RequestLogEntry['failure'];
  #cause: string | undefined;
  #firstToken: number | undefined;
  #pieces = 0;
  #tokens = { prompt: 0, completion: 0 };
  #hasEnded = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.signal = this.#own.signal;
    // Every reply of a request listens, and more than ten is no leak here.
    setMaxListeners(0, this.signal);
    const { request, requestSeconds } = options;
    this.deadline = Date.now() + requestSeconds * 1000;
    const late = () =>
      this.#own.abort(
        new VicunaError('deadline-exceeded', `The request took longer than ${requestSeconds} s. Ask for fewer tokens.`),
      );
    this.#timer = setTimeout(late, requestSeconds * 1000);
    this.#timer.unref();
    if (request.signal.aborted) this.#forward();
    else request.signal.addEventListener('abort', this.#forward, { once: true });
  }

  get routing(): Routing {
    const caller = this.#caller === undefined ? this.#visit?.keyId : `${this.#visit?.keyId} ${this.#caller}`;
    return { requestId: this.traceId, deadline: this.deadline, caller };
  }

  set visit(visit: Visit) {
    this.#visit = visit;
  }

  /** Of the key that the request came with. */
  get keyHash(): string | undefined {
    return this.#visit?.keyHash;
  }

  /** What the request asks for, for log and routing. */
  asks(facts: { readonly model: string; readonly stream: boolean; readonly user?: string | null | undefined }): void {
    this.#model = facts.model;
    this.#stream = facts.stream;
    this.#caller = facts.user ?? undefined;
  }

  /** A piece of a reply is there. */
  piece(): void {
    this.#firstToken ??= performance.now();
    this.#pieces++;
  }

  took(usage: Pick<Usage, 'promptTokens' | 'completionTokens'>): void {
    this.#tokens = {
      prompt: this.#tokens.prompt + usage.promptTokens,
      completion: this.#tokens.completion + usage.completionTokens,
    };
  }

  /** The client has gone: whatever is computed for it ends. */
  cancel(reason: unknown): void {
    this.#failure ??= 'client-left';
    this.#own.abort(reason instanceof Error ? reason : new DOMException('The client has gone.', 'AbortError'));
  }

  fail(error: unknown): ReturnType<typeof describeError> {
    const described = describeError(error, this.traceId);
    this.#failure ??= described.body.error.code as RequestLogEntry['failure'];
    this.#cause = causeOf(error);
    this.#status = described.status;
    return described;
  }

  /** For a failure when the status has been sent. */
  failAmid(error: unknown): ErrorBody {
    return this.fail(error).body;
  }

  /** Writes the log's line, once. */
  end(status?: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    const { request, route, onEnd } = this.#options;
    request.signal.removeEventListener('abort', this.#forward);
    // Of a reply that nobody waited for only the pieces are known, about a token each.
    const completionTokens = this.#tokens.completion || this.#pieces;
    this.#visit?.leave(this.#tokens.prompt + completionTokens);
    const clientRequestId = request.headers.get('x-request-id');
    onEnd({
      type: 'request',
      traceId: this.traceId,
      clientRequestId: clientRequestId !== null && CLIENT_ID.test(clientRequestId) ? clientRequestId : undefined,
      key: this.#visit?.keyId ?? 'none',
      method: request.method,
      route,
      model: this.#model,
      stream: this.#stream,
      status: status ?? this.#status,
      failure: this.#failure,
      cause: this.#cause,
      milliseconds: performance.now() - this.#began,
      firstTokenMilliseconds: this.#firstToken === undefined ? undefined : this.#firstToken - this.#began,
      promptTokens: this.#tokens.prompt,
      completionTokens,
    });
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (VicunaError.isInstance(error))
    return error.cause === undefined ? error.message : `${error.message} (${String(error.cause)})`;
  return error.stack ?? error.message;
}
