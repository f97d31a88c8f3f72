import type { CallOptions, Run } from '../core/index.js';
import type { Message } from './types.js';

/** A piece of a reply as it is made. Concatenated, the deltas are the reply. @public */
export interface TextDelta {
  readonly type: 'text-delta';
  readonly text: string;
}

/** Tokens a call used. @public */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A finished reply. @public */
export interface Generation {
  readonly text: string;
  /** `stop`: the model ended its turn or a stop string came; `length`: `maxTokens` or the context was full. */
  readonly finishReason: 'stop' | 'length';
  readonly usage: Usage;
}

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
  /** Makes the draw repeatable. Without it each call differs. */
  readonly seed?: number | undefined;
  /** Strings that end the reply; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
}

/**
 * Anything that can be chatted with: a model of ours, an endpoint, a test double. The judge and the server know no
 * more of a model than this.
 *
 * @public
 */
export interface ChatModel {
  readonly id: string;
  chat(messages: readonly Message[], options?: ChatOptions): Run<TextDelta, Generation>;
}
