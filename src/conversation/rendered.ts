import type { Role } from './types.js';

/** A text and where its control tokens stand (UTF-16 offsets, ascending). Tokenizers take it as it is. @public */
export interface RenderedPrompt {
  readonly text: string;
  readonly controls: readonly number[];
  /** The text has its begin token, or is to have none: tokenizers add nothing. Chat templates write all themselves. */
  readonly isComplete?: boolean;
}

/** Where a message stands in a rendered text, as UTF-16 offsets. Turns tile the text. @public */
export interface RenderedTurn {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
}

/** What is learned of one reply, as UTF-16 offsets. @public */
export interface SupervisedSpan {
  /** Just past the assistant's prefix (`ASSISTANT:`). */
  readonly start: number;
  /** Just past what ends the reply (`</s>`); past the content where the reply was cut short. */
  readonly end: number;
  readonly contentStart: number;
  readonly contentEnd: number;
}

/** @public */
export interface RenderedConversation extends RenderedPrompt {
  /** One a message, the system message first; of a template with a system message of its own, also where none is given. */
  readonly turns: readonly RenderedTurn[];
  /**
   * One an assistant's message: `text.slice(contentStart, contentEnd)` is the reply, as far as the template writes it (some
   * trim it, or drop the thinking of earlier replies).
   */
  readonly spans: readonly SupervisedSpan[];
}
