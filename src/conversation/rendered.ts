import type { Role } from './types.js';

/** A text and where its control tokens stand (UTF-16 offsets, ascending). Tokenizers take it as it is. @public */
export interface RenderedPrompt {
  /** The whole text, ending where the model goes on. */
  readonly text: string;
  /** Offsets of the control tokens in `text`, in UTF-16 units, ascending. The same letters elsewhere are ordinary text. */
  readonly controls: readonly number[];
  /** The text has its begin token, or is to have none: tokenizers add nothing. Chat templates write all themselves. */
  readonly isComplete?: boolean;
}

/** Where a message stands in a rendered text, as UTF-16 offsets. Turns tile the text. @public */
export interface RenderedTurn {
  /** Whose message it is. */
  readonly role: Role;
  /** Where its frame begins. */
  readonly start: number;
  /** Just past its frame: where the next turn begins. */
  readonly end: number;
}

/** What is learned of one reply, as UTF-16 offsets. @public */
export interface SupervisedSpan {
  /** Just past the assistant's prefix (`ASSISTANT:`). */
  readonly start: number;
  /** Just past what ends the reply (`</s>`); past the content where the reply was cut short. */
  readonly end: number;
  /** Where the reply itself begins. */
  readonly contentStart: number;
  /** Just past the reply itself. */
  readonly contentEnd: number;
}

/** A conversation as one text, with what is learned of it. @public */
export interface RenderedConversation extends RenderedPrompt {
  /** One a message, the system message first; of a template with a system message of its own, also where none is given. */
  readonly turns: readonly RenderedTurn[];
  /**
   * One an assistant's message: `text.slice(contentStart, contentEnd)` is the reply, as far as the template writes it (some
   * trim it, or drop the thinking of earlier replies).
   */
  readonly spans: readonly SupervisedSpan[];
}
