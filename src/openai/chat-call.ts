import type OpenAI from 'openai';
import type { Generation, Message, TextDelta, Usage } from '../conversation/index.js';
import { type CallOptions, type Resolved, VicunaError, type VicunaErrorCode } from '../core/index.js';
import type { CallBudget } from './budget.js';
import type { SentChatOptions } from './chat-options.js';
import type { Endpoint } from './endpoint.js';
import { estimatePrompt, estimateTokens } from './estimate.js';
import type { Failure } from './failure.js';
import { Reply } from './reply.js';
import { type FieldNames, requestOf } from './request.js';

/** A call that has its slot. @internal */
export interface ChatCallSettings {
  readonly id: string;
  readonly model: string;
  readonly names: Resolved<FieldNames>;
  readonly messages: readonly Message[];
  readonly options: SentChatOptions;
  /** The endpoint is asked to send the reply as it is made. */
  readonly streamed: boolean;
  /** Somebody sees the deltas, so that what has been yielded cannot be taken back. */
  readonly watched: boolean;
  readonly budget: CallBudget | undefined;
  readonly onProgress: CallOptions['onProgress'];
}

type Outcome = { readonly generation: Generation } | { readonly failure: Failure; readonly seen: boolean };

const begun = 'Part of the reply has been given out, so it is not asked for again: await only result, or start anew.';

/** One call of a chat model, made again until there is a reply or no hope of one. @internal */
export class ChatCall {
  readonly #endpoint: Endpoint;
  readonly #call: ChatCallSettings;
  readonly #signal: AbortSignal;
  readonly #request: ReturnType<typeof requestOf>;

  constructor(endpoint: Endpoint, call: ChatCallSettings, signal: AbortSignal) {
    this.#endpoint = endpoint;
    this.#call = call;
    this.#signal = signal;
    this.#request = requestOf(call.messages, call.options, call);
  }

  async *run(): AsyncGenerator<TextDelta, Generation, undefined> {
    for (let attempts = 1; ; attempts++) {
      await this.#endpoint.open(this.#signal);
      const outcome = yield* this.#attempt();
      if ('generation' in outcome) return outcome.generation;
      await this.#endpoint.retry(outcome.failure, attempts, outcome.seen ? begun : undefined, this.#signal);
    }
  }

  async *#attempt(): AsyncGenerator<TextDelta, Outcome, undefined> {
    const { id, messages, options, streamed, watched, budget, onProgress } = this.#call;
    const promptTokens = estimatePrompt(messages);
    const reservation = await budget?.reserve(
      { model: id, promptTokens, completionTokens: options.maxTokens },
      { signal: this.#signal },
    );
    const reply = new Reply();
    const used = (): Usage =>
      reply.usage ?? { promptTokens, completionTokens: estimateTokens(reply.text), estimated: true };
    // An attempt that is left or aborted has been sent, and may cost what came of it.
    let free = false;
    let seen = false;
    try {
      for await (const delta of streamed ? this.#events(reply) : this.#whole(reply)) {
        onProgress?.({ phase: 'reply', done: reply.text.length });
        // A reply that is not streamed is whole, or it is not given out.
        if (!watched) continue;
        if (!streamed) this.#finish(reply);
        seen = streamed;
        yield delta;
      }
      return { generation: { ...this.#finish(reply), usage: used() } };
    } catch (error) {
      this.#signal.throwIfAborted();
      const failure = await this.#endpoint.failureOf(error);
      if (failure === undefined) throw error;
      free = !failure.mayHaveCost;
      return { failure, seen };
    } finally {
      if (free) reservation?.release();
      else reservation?.spend(used());
    }
  }

  async *#whole(reply: Reply): AsyncGenerator<TextDelta, void, undefined> {
    const client = await this.#endpoint.client();
    const request = this.#request as OpenAI.ChatCompletionCreateParamsNonStreaming;
    const delta = reply.takeWhole(await client.chat.completions.create(request, { signal: this.#signal }));
    if (delta !== undefined) yield delta;
  }

  async *#events(reply: Reply): AsyncGenerator<TextDelta, void, undefined> {
    const client = await this.#endpoint.client();
    const request = this.#request as OpenAI.ChatCompletionCreateParamsStreaming;
    try {
      for await (const event of await client.chat.completions.create(request, { signal: this.#signal })) {
        const delta = reply.takeEvent(event);
        if (delta !== undefined) yield delta;
      }
    } catch (error) {
      // What is lost after the last word is the count of tokens, not the reply.
      if (!reply.finished) throw error;
    }
    // The client takes an abort amid a stream for its end.
    this.#signal.throwIfAborted();
  }

  #finish(reply: Reply): Omit<Generation, 'usage'> {
    const { id, options } = this.#call;
    const finished = reply.finish({ mayBeEmpty: options.stop !== undefined && options.stop.length > 0 });
    if (options.logprobs !== undefined && finished.text !== '' && !reply.hasTokens) {
      throw new VicunaError(
        'option-unsupported' satisfies VicunaErrorCode,
        `logprobs: ${id} replied without them. Take "logprobs" out of the features of openaiChatModel.`,
      );
    }
    return finished;
  }
}
