import type { DataLocation } from '../core/index.js';

/** One turn as a file has it. @public */
export interface RawTurn {
  /** Who speaks, in the file's own word: `human`, `gpt`, `user`, `assistant`, `bing`, ... */
  readonly from: string;
  /** What was said, untouched: HTML or markdown. */
  readonly value: string;
}

/**
 * A conversation as a ShareGPT file has it, before cleaning: any speakers in any order, text that may be a web page's
 * HTML. `ShareGPTCleaner` makes a `Conversation` of it, or says why not.
 *
 * @public
 */
export interface RawConversation {
  /** The record's own id; where it has none, one made of its content, the same every time it is read. */
  readonly id: string;
  /** In the file's order. */
  readonly turns: readonly RawTurn[];
  /** Form of the assistant's turns; `undefined` where nobody has looked. Human turns are plain text either way. */
  readonly format?: 'html' | 'markdown' | undefined;
  /** The record's `plugins` field as it was, present where the conversation used ChatGPT plugins. */
  readonly plugins?: unknown;
  /** Where the record stands, for reports and errors. */
  readonly location?: DataLocation | undefined;
  /** What a `Conversation` that was written and read again says of the longer one it is a piece of. */
  readonly segmentOf?: string | undefined;
  /** Whether its last reply goes on in the next piece, so that nothing ends it. */
  readonly unfinished?: boolean | undefined;
  /** The record's other fields. Never trained on. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}
