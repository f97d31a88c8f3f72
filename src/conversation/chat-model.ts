import type { CallOptions, Run } from '../core/index.js';
import type { Message } from './types.js';

/** A token, and how likely the model found it. @public */
export interface TokenProbability {
  /** The token's text; a piece of a character is shown as U+FFFD. */
  readonly token: string;
  /** Natural logarithm of its probability before temperature and truncation. */
  readonly logprob: number;
  /** UTF-8 bytes of the token, where they are known. */
  readonly bytes?: readonly number[] | undefined;
}

/** A token that was drawn, beside the likeliest ones at its place. @public */
export interface DrawnToken extends TokenProbability {
  /** The likeliest tokens, most likely first: as many as were asked for. */
  readonly likeliest: readonly TokenProbability[];
}

/** A piece of a reply as it is made. Concatenated, the deltas are the reply. @public */
export interface TextDelta {
  /** Tells it from what later versions may stream. */
  readonly type: 'text-delta';
  /** The new text; characters are whole. */
  readonly text: string;
  /** The tokens that made the text, where {@link ChatOptions.logprobs} asked for them. */
  readonly tokens?: readonly DrawnToken[] | undefined;
}

/** Tokens a call used. @public */
export interface Usage {
  /** Tokens that were read, those of the template included. */
  readonly promptTokens: number;
  /** Tokens that were written. */
  readonly completionTokens: number;
  /** Those of `promptTokens` that were not computed, since an earlier call had them. */
  readonly cachedPromptTokens?: number | undefined;
  /** Nobody counted: both are estimated by the length of the texts. */
  readonly estimated?: boolean | undefined;
}

/** A finished reply. @public */
export interface Generation {
  /** The whole reply, without the stop string that ended it. */
  readonly text: string;
  /**
   * `stop`: the model ended its turn or a stop string came; `length`: `maxTokens` or the context was full;
   * `content-filter`: the endpoint withheld the rest.
   */
  readonly finishReason: 'stop' | 'length' | 'content-filter';
  /** What the call took. */
  readonly usage: Usage;
}

/** A JSON Schema. @public */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What form a reply has: any text, or JSON that a schema admits. @public */
export type ResponseFormat =
  | { readonly type: 'text' }
  | {
      readonly type: 'json-schema';
      /** What endpoints show it as. @defaultValue `'reply'` */
      readonly name?: string | undefined;
      readonly schema: JsonSchema;
    };

/** How to draw the next token. @public */
export interface ChatOptions extends CallOptions {
  /** Most tokens of the reply. @defaultValue what is left of the context */
  readonly maxTokens?: number | undefined;
  /** 0 is greedy: always the likeliest token. @defaultValue `0.7` */
  readonly temperature?: number | undefined;
  /** Only the `topK` likeliest tokens; 0 for all. @defaultValue `0` */
  readonly topK?: number | undefined;
  /** Only the smallest set of likeliest tokens whose probabilities reach `topP`. @defaultValue `1` */
  readonly topP?: number | undefined;
  /** Above 1 makes tokens already present less likely (Keskar et al. 2019, CTRL). @defaultValue `1` */
  readonly repetitionPenalty?: number | undefined;
  /** Taken off the logit of a token once for every time it is in the reply already, -2 to 2 (OpenAI). @defaultValue `0` */
  readonly frequencyPenalty?: number | undefined;
  /** Taken off the logit of a token that is in the reply already, -2 to 2 (OpenAI). @defaultValue `0` */
  readonly presencePenalty?: number | undefined;
  /** Makes the draw repeatable. Without it each call differs. */
  readonly seed?: number | undefined;
  /** Strings that end the reply; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
  /** Return each token's probability with this many of the likeliest beside it, 0 to 20. @defaultValue not returned */
  readonly logprobs?: number | undefined;
  /** What form the reply has. @defaultValue `{ type: 'text' }` */
  readonly responseFormat?: ResponseFormat | undefined;
}

/**
 * Options that not every model can honour. Each stands for the fields of {@link ChatOptions} that it is called after;
 * `penalties` for `frequencyPenalty` and `presencePenalty`.
 *
 * @public
 */
export type ChatFeature = 'json-schema' | 'logprobs' | 'penalties' | 'repetition-penalty' | 'top-k' | 'seed';

/**
 * Anything that can be chatted with: a model of ours, an endpoint, a test double. The judge and the server know no
 * more of a model than this.
 *
 * @public
 */
export interface ChatModel {
  /** Names the model in stores, reports and logs. */
  readonly id: string;
  /**
   * What it can do of {@link ChatFeature}. An option that asks for anything else is refused with `option-unsupported`,
   * never ignored.
   */
  readonly features: readonly ChatFeature[];
  /**
   * Answers the last message. Iterate the run for the reply as it is made, or await its result for all of it.
   *
   * @param messages - the conversation so far, a system message first where there is one.
   */
  chat(messages: readonly Message[], options?: ChatOptions): Run<TextDelta, Generation>;
}

/** A model that goes on with a text as it stands. @public */
export interface CompletionModel {
  /** Goes on with a text as it stands, without a template. */
  complete(prompt: string, options?: ChatOptions): Run<TextDelta, Generation>;
}

/** A text as a point. @public */
export interface Embedding {
  /** `[C]`, of length 1. */
  readonly values: Float32Array;
  /** Tokens that the text took. */
  readonly tokens: number;
}

/** A model that turns texts into points, near each other where they mean the same. @public */
export interface EmbeddingModel {
  /** Turns texts into points, each on its own. @returns a point for each text, in their order. */
  embed(texts: readonly string[], options?: CallOptions): Promise<readonly Embedding[]>;
}
