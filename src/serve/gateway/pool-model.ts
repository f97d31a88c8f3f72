import type { ChatFeature, ChatOptions, Embedding, Generation, Message, TextDelta } from '../../conversation/index.js';
import { type CallOptions, type Run, startRun, VicunaError } from '../../core/index.js';
import {
  type Call,
  type CallKind,
  callSchema,
  chatFeatures,
  type Offer,
  type RemoteOptions,
} from '../bus/protocol/index.js';
import type { Routing, ServedModel } from '../types.js';
import type { GatewayRequest } from './request.js';

/** What a {@link PoolModel} needs of its gateway. */
export interface ModelHost {
  /** What workers offer of it; none where they are yet to come back. */
  offers(model: string): readonly Offer[];
  /** @throws OverloadedError, or VicunaError `model-not-found`. */
  submit(model: string, call: Call, routing: Routing): GatewayRequest;
}

/** A model of workers. It can do what each of them can, whichever gets the request. */
export class PoolModel implements ServedModel {
  readonly id: string;
  readonly #host: ModelHost;

  constructor(id: string, host: ModelHost) {
    this.id = id;
    this.#host = host;
  }

  /** Before a worker has come everything is possible: the worker has the last word. */
  get features(): readonly ChatFeature[] {
    const offers = this.#host.offers(this.id);
    return chatFeatures.filter((feature) => offers.every(({ features }) => features.includes(feature)));
  }

  get complete(): ServedModel['complete'] {
    if (!this.#does('complete')) return undefined;
    return (prompt, options, routing) =>
      this.#generate({ kind: 'complete', prompt, options: remote(options) }, options, routing);
  }

  get embed(): ServedModel['embed'] {
    return this.#does('embed') ? (texts, options, routing) => this.#embed(texts, options, routing) : undefined;
  }

  chat(messages: readonly Message[], options?: ChatOptions, routing?: Routing): Run<TextDelta, Generation> {
    return this.#generate({ kind: 'chat', messages, options: remote(options) }, options, routing);
  }

  #does(kind: CallKind): boolean {
    return this.#host.offers(this.id).every(({ kinds }) => kinds.includes(kind));
  }

  #generate(call: Call, options: CallOptions = {}, routing: Routing = {}): Run<TextDelta, Generation> {
    const { id } = this;
    const host = this.#host;
    return startRun<TextDelta, Generation>(async function* (signal) {
      const request = host.submit(id, requireSendable(call), routing);
      const leave = () => request.cancel(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      for (let delta = await request.next(); delta !== undefined; delta = await request.next()) yield delta;
      return request.generation;
    }, options);
  }

  async #embed(
    texts: readonly string[],
    { signal }: CallOptions = {},
    routing: Routing = {},
  ): Promise<readonly Embedding[]> {
    signal?.throwIfAborted();
    const request = this.#host.submit(this.id, requireSendable({ kind: 'embed', texts }), routing);
    const leave = () => request.cancel(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      await request.next();
      return request.embeddings;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }
}

function remote({ signal: _, onProgress: __, ...options }: ChatOptions = {}): RemoteOptions {
  return options;
}

/**
 * What a worker would not understand is refused before it is sent: there it would end the link, and with it the replies of
 * others.
 */
function requireSendable(call: Call): Call {
  const { error } = callSchema.safeParse(call);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return call;
  const place = issue.path.map(String).join('.');
  const isOption = issue.code === 'unrecognized_keys' && issue.path[0] === 'options';
  throw new VicunaError(
    isOption ? 'option-unsupported' : 'request-invalid',
    `A worker would not understand the request: ${place}: ${issue.message}. ${isOption ? 'Leave it out.' : 'Correct it.'}`,
  );
}
