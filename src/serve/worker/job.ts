import type { Generation, TextDelta } from '../../conversation/index.js';
import { type Run, VicunaError } from '../../core/index.js';
import {
  type Call,
  type Channel,
  Credit,
  encodeEmbedding,
  type GatewayFrame,
  type ReplyEnd,
  type WorkerFrame,
} from '../bus/protocol/index.js';
import { OverloadedError, type ServedModel } from '../types.js';

type JobFrame = Extract<GatewayFrame, { type: 'job' }>;

/** Bytes of embeddings in one frame, about. */
const EMBEDDING_FRAME = 256 << 10;

/** How a job ended, and how fast its model was. */
export interface JobEnd {
  readonly outcome: 'finished' | 'failed' | 'cancelled';
  readonly problem?: string;
  readonly milliseconds: number;
  readonly pausedMilliseconds: number;
  /** Tokens of the reply a second, while nobody had to be waited for; absent where there was none. */
  readonly tokensPerSecond?: number;
}

/** One call of a model for a gateway, from its frame to its answer. */
export class Job {
  readonly #frame: JobFrame;
  readonly #model: ServedModel;
  readonly #channel: Channel<WorkerFrame, GatewayFrame>;
  readonly #credit: Credit;
  readonly #abandon = new AbortController();
  readonly #started = performance.now();
  /** What this turn of the event loop has brought so far. */
  #deltas: TextDelta[] = [];
  #count = 0;
  #firstToken: number | undefined;
  #paused = 0;

  constructor(frame: JobFrame, model: ServedModel, channel: Channel<WorkerFrame, GatewayFrame>) {
    this.#frame = frame;
    this.#model = model;
    this.#channel = channel;
    this.#credit = new Credit(frame.credit);
  }

  /** The reader took this many deltas. */
  grant(deltas: number): void {
    this.#credit.grant(deltas);
  }

  /** Stops the model at once. */
  cancel(reason: string): void {
    this.#abandon.abort(new DOMException(reason, 'AbortError'));
  }

  /** Answers the job, whatever happens, once the model has let go of it. Never rejects. */
  async run(): Promise<JobEnd> {
    const { job, call, trace } = this.#frame;
    const { signal } = this.#abandon;
    try {
      const reply = call.kind === 'embed' ? await this.#embed(call.texts) : await this.#generate(call);
      this.#sendDeltas();
      signal.throwIfAborted();
      this.#channel.send({ type: 'done', job, ...(reply === undefined ? {} : { reply }) });
      return this.#end('finished', undefined, reply?.usage.completionTokens);
    } catch (error) {
      this.#sendDeltas();
      this.#channel.send({ type: 'error', job, trace, ...describeError(error) });
      return this.#end(signal.aborted ? 'cancelled' : 'failed', error);
    }
  }

  async #generate(call: Exclude<Call, { kind: 'embed' }>): Promise<ReplyEnd> {
    const { signal } = this.#abandon;
    const run = this.#start(call);
    for await (const delta of run) {
      // A model of the user's own may be anything; the gateway would end the link, and with it the replies of others.
      if (typeof delta.text !== 'string') throw new TypeError(`Model ${this.#model.id} made a delta without a text.`);
      this.#firstToken ??= performance.now();
      this.#count++;
      if (this.#deltas.push(delta) === 1) this.#channel.atFlush(() => this.#sendDeltas());
      // Staying away from the run is what pauses the model.
      if (this.#credit.use()) await this.#pause(signal);
    }
    const { finishReason, usage } = await run.result;
    if (!Number.isFinite(usage.promptTokens) || !Number.isFinite(usage.completionTokens))
      throw new TypeError(`Model ${this.#model.id} did not count its tokens.`);
    return { finishReason, usage, deltas: this.#count };
  }

  #start(call: Exclude<Call, { kind: 'embed' }>): Run<TextDelta, Generation> {
    const options = { ...call.options, signal: this.#abandon.signal };
    if (call.kind === 'chat') return this.#model.chat(call.messages, options);
    if (this.#model.complete !== undefined) return this.#model.complete(call.prompt, options);
    throw new VicunaError('option-unsupported', `Model ${this.#model.id} chats; it does not complete texts.`);
  }

  async #embed(texts: readonly string[]): Promise<undefined> {
    const { job } = this.#frame;
    const { signal } = this.#abandon;
    if (this.#model.embed === undefined)
      throw new VicunaError('option-unsupported', `Model ${this.#model.id} does not embed texts.`);
    const embeddings = (await this.#model.embed(texts, { signal })).map(encodeEmbedding);
    signal.throwIfAborted();
    let start = 0;
    let length = 0;
    for (const [index, { values }] of embeddings.entries()) {
      length += values.length;
      if (length < EMBEDDING_FRAME && index < embeddings.length - 1) continue;
      this.#channel.send({ type: 'embeddings', job, embeddings: embeddings.slice(start, index + 1) });
      start = index + 1;
      length = 0;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const since = performance.now();
    await this.#credit.refilled(signal);
    this.#paused += performance.now() - since;
  }

  #sendDeltas(): void {
    if (this.#deltas.length === 0) return;
    const deltas = this.#deltas;
    this.#deltas = [];
    // What is cancelled is read by nobody.
    if (this.#abandon.signal.aborted) return;
    try {
      this.#channel.send({ type: 'delta', job: this.#frame.job, deltas });
    } catch (error) {
      this.#abandon.abort(error);
    }
  }

  #end(outcome: JobEnd['outcome'], error?: unknown, tokens = 0): JobEnd {
    const now = performance.now();
    const seconds = (now - (this.#firstToken ?? now) - this.#paused) / 1_000;
    return {
      outcome,
      ...(error === undefined ? {} : { problem: describeError(error).message }),
      milliseconds: now - this.#started,
      pausedMilliseconds: this.#paused,
      ...(tokens > 1 && seconds > 0 ? { tokensPerSecond: (tokens - 1) / seconds } : {}),
    };
  }
}

function describeError(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  if (!VicunaError.isInstance(error)) return { message };
  const retry = error instanceof OverloadedError ? { retryAfterSeconds: error.retryAfterSeconds } : {};
  return { code: error.code, message, ...retry };
}
