/** Who speaks. @public */
export type Role = 'system' | 'user' | 'assistant';

/** One turn of a conversation, as markdown. @public */
export interface Message {
  readonly role: Role;
  readonly content: string;
}

/**
 * A conversation. Every stage after the readers (cleaner, segmenter, dataset, trainer, judge) speaks this form.
 *
 * @public
 */
export interface Conversation {
  readonly id: string;
  readonly messages: readonly Message[];
  /** Where it came from, for reports: `file:line`, an export's title, a language. Never trained on. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}
