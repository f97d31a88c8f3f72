import type { ChatFeature, ChatOptions, Embedding, Generation, Message, TextDelta } from '../../conversation/index.js';
import { type CallOptions, type Run, startRun, VicunaError } from '../../core/index.js';
import { type Call, type CallKind, chatFeatures, type Offer, type RemoteOptions } from '../bus/protocol/index.js';
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
      this.#generate(() => ({ kind: 'complete', prompt, options: remote(options) }), options, routing);
  }

  get embed(): ServedModel['embed'] {
    return this.#does('embed') ? (texts, options, routing) => this.#embed(texts, options, routing) : undefined;
  }

  chat(messages: readonly Message[], options?: ChatOptions, routing?: Routing): Run<TextDelta, Generation> {
    return this.#generate(() => ({ kind: 'chat', messages, options: remote(options) }), options, routing);
  }

  #does(kind: CallKind): boolean {
    return this.#host.offers(this.id).every(({ kinds }) => kinds.includes(kind));
  }

  #generate(call: () => Call, options: CallOptions = {}, routing: Routing = {}): Run<TextDelta, Generation> {
    const { id } = this;
    const host = this.#host;
    return startRun<TextDelta, Generation>(async function* (signal) {
      const request = host.submit(id, call(), routing);
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
    const request = this.#host.submit(this.id, { kind: 'embed', texts }, routing);
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

/** @throws VicunaError `option-unsupported` for options that no worker would understand. */
function remote({ signal: _, onProgress: __, ...options }: ChatOptions = {}): RemoteOptions {
  const known: Record<keyof RemoteOptions, unknown> = {
    maxTokens: options.maxTokens,
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    repetitionPenalty: options.repetitionPenalty,
    frequencyPenalty: options.frequencyPenalty,
    presencePenalty: options.presencePenalty,
    seed: options.seed,
    stop: options.stop,
    logprobs: options.logprobs,
    responseFormat: options.responseFormat,
  };
  const strange = Object.keys(options).find((name) => !(name in known));
  if (strange !== undefined)
    throw new VicunaError(
      'option-unsupported',
      `Chat option ${JSON.stringify(strange)} does not travel to workers. Leave it out.`,
    );
  return options;
}
