/** Who speaks. @public */
export type Role = 'system' | 'user' | 'assistant';

/** One turn of a conversation, as markdown. @public */
export interface Message {
  /** Who says it: `system` sets the scene, `user` asks, `assistant` is what is learned. */
  readonly role: Role;
  /** What was said, without anything of a template. */
  readonly content: string;
}

/**
 * A conversation. Every stage after the readers (cleaner, segmenter, dataset, trainer, judge) speaks this form.
 *
 * @public
 */
export interface Conversation {
  /** Names the conversation in reports and errors. The cleaner keeps the first of each id. */
  readonly id: string;
  /** A system message first where there is one, then user and assistant in turn. */
  readonly messages: readonly Message[];
  /**
   * Id of the longer conversation this is a piece of, where it was cut. Pieces of one never end up on both sides of a
   * split into training and evaluation.
   */
  readonly segmentOf?: string;
  /** The last reply goes on after the end of this piece. Nothing ends it, so that a model does not learn to stop there. */
  readonly unfinished?: boolean;
  /** Where it came from, for reports: `file:line`, an export's title, a language. Never trained on. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}
