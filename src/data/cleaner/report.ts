import type { Conversation } from '../../conversation/index.js';
import type { DataLocation } from '../../core/index.js';

/** Every reason for which a conversation is left out, in the order they are tried. @public */
export const rejectReasons = [
  'too-short',
  'wrong-format',
  'blocked-words',
  'unparsable-html',
  'duplicate-id',
  'uses-plugin',
  'duplicate-text',
  'language',
  'wrong-list-numbering',
  'repetition',
] as const;

/** Why a conversation is left out. @public */
export type RejectReason = (typeof rejectReasons)[number];

/** A conversation that was left out. @public */
export interface Reject {
  /** Of the conversation, as it was read. */
  readonly id: string;
  /** The first rule that applied. */
  readonly reason: RejectReason;
  /** What was found, for a person. */
  readonly detail: string;
  /** Where the record was read, where that is known. */
  readonly location?: DataLocation | undefined;
}

/** What the cleaner makes of one record. @public */
export type CleanResult =
  | { readonly kept: true; readonly conversation: Conversation }
  | { readonly kept: false; readonly reject: Reject };

/** What became of the records. @public */
export interface CleanReport {
  /** Conversations that were read: `kept` and all `rejected`. */
  readonly read: number;
  /** Conversations that were passed on. */
  readonly kept: number;
  /** Conversations that were left out, by reason; 0 where a reason never applied. */
  readonly rejected: Readonly<Record<RejectReason, number>>;
  /** Messages of the conversations that were kept. */
  readonly turns: number;
  /** Turns that conversations lost which were kept: a reply before any question, a question without a reply, all from an empty turn on. */
  readonly trimmedTurns: number;
  /** UTF-16 units of all records as they were read, and of the messages kept. */
  readonly characters: { readonly read: number; readonly kept: number };
}

/** A report while its counts grow. */
export class CleanTally {
  #read = 0;
  #kept = 0;
  #turns = 0;
  #trimmedTurns = 0;
  #charactersRead = 0;
  #charactersKept = 0;
  readonly #rejected = Object.fromEntries(rejectReasons.map((reason) => [reason, 0])) as Record<RejectReason, number>;

  get read(): number {
    return this.#read;
  }

  addRead(texts: readonly { readonly value: string }[]): void {
    this.#read++;
    for (const { value } of texts) this.#charactersRead += value.length;
  }

  addReject(reason: RejectReason): void {
    this.#rejected[reason]++;
  }

  addKept({ messages }: Conversation, turnsRead: number): void {
    this.#kept++;
    this.#turns += messages.length;
    this.#trimmedTurns += turnsRead - messages.length;
    for (const { content } of messages) this.#charactersKept += content.length;
  }

  report(): CleanReport {
    return {
      read: this.#read,
      kept: this.#kept,
      rejected: { ...this.#rejected },
      turns: this.#turns,
      trimmedTurns: this.#trimmedTurns,
      characters: { read: this.#charactersRead, kept: this.#charactersKept },
    };
  }
}
