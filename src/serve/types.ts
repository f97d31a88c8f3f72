import type { ChatFeature, ChatOptions, Embedding, Generation, Message, TextDelta } from '../conversation/index.js';
import { type CallOptions, type Run, VicunaError, type VicunaErrorCode } from '../core/index.js';

/**
 * Facts about a request that decide when and where it is computed, never what comes out. A gateway heeds them; a model
 * that is in the process takes no notice, which is why they are an argument of their own.
 *
 * @public
 */
export interface Routing {
  /** Names the request in events, in logs of both sides and in errors. @defaultValue a new UUID */
  readonly requestId?: string | undefined;
  /**
   * Milliseconds since the epoch (`Date.now()`) after which nobody waits for the reply: the request is then ended with
   * `deadline-exceeded`, whether it waits or streams. @defaultValue the gateway's `requestTimeout` from now
   */
  readonly deadline?: number | undefined;
  /** On whose behalf: waiting requests of different callers take turns. @defaultValue one caller for all without */
  readonly caller?: string | undefined;
  /**
   * Requests with the same key go to the same worker while it has room. @defaultValue made of the conversation, so that
   * its next turn goes where its earlier ones are cached
   */
  readonly affinity?: string | undefined;
}

/**
 * A model that can be served: it chats, and may complete texts and embed them. A `VicunaModel` does all three; a gateway
 * offers the models of its workers in the same form, so that whatever answers requests knows no difference.
 *
 * Every `ChatModel` is one, with {@link CompletionModel} and {@link EmbeddingModel} where it has their methods.
 *
 * @public
 */
export interface ServedModel {
  /** What requests name it by. */
  readonly id: string;
  /** What it can do; see `ChatModel.features`. */
  readonly features: readonly ChatFeature[];
  /** Answers the last message; see {@link ChatModel.chat}. */
  chat(messages: readonly Message[], options?: ChatOptions, routing?: Routing): Run<TextDelta, Generation>;
  /** Goes on with a text as it stands; absent where the model cannot. */
  readonly complete?:
    | ((prompt: string, options?: ChatOptions, routing?: Routing) => Run<TextDelta, Generation>)
    | undefined;
  /** Turns texts into points; absent where the model cannot. */
  readonly embed?:
    | ((texts: readonly string[], options?: CallOptions, routing?: Routing) => Promise<readonly Embedding[]>)
    | undefined;
}

/** Where the models are that requests name. @public */
export interface ModelProvider {
  /** Those that can be asked now. */
  models(): readonly ServedModel[];
  /** Finds a model by the name in a request. @returns `undefined` where no such model is known. */
  model(id: string): ServedModel | undefined;
}

/** Nothing could take a request now; try again in `retryAfterSeconds`. Code `overloaded`. @public */
export class OverloadedError extends VicunaError {
  /** Seconds after which a place may be free; sent as `Retry-After`. */
  readonly retryAfterSeconds: number;

  /**
   * For a model of your own that is full.
   *
   * @param message - what is full and what to do about it, as sentences.
   */
  constructor(message: string, retryAfterSeconds: number) {
    super('overloaded' satisfies VicunaErrorCode, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * The worker that computed a reply is gone, and part of the reply had been handed out. What came is all there is: ask
 * again. Code `worker-lost`.
 *
 * @public
 */
export class WorkerLostError extends VicunaError {
  /** The worker's id. */
  readonly worker: string;
  /** What happened to it, as the end of the sentence "Worker w1 ...". */
  readonly problem: string;

  /**
   * Names the worker and what happened to it.
   *
   * @param problem - what happened to it, as the end of the sentence "Worker w1 ...".
   */
  constructor(worker: string, problem: string) {
    super(
      'worker-lost' satisfies VicunaErrorCode,
      `Worker ${worker} ${problem} amid the reply. What came of it is incomplete; send the request again.`,
    );
    this.worker = worker;
    this.problem = problem;
  }
}
