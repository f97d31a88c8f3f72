/** Why a reply ended otherwise than it should. */
export interface Trouble {
  readonly message: string;
  readonly traceId?: string | undefined;
  /** Milliseconds since the epoch before which asking again is no use. */
  readonly retryAt?: number | undefined;
}

/** `streaming` is still coming; `stopped` was stopped by the reader; `failed` has its trouble. */
export type AnswerState = 'streaming' | 'whole' | 'length' | 'filtered' | 'stopped' | 'failed';

/** What one model said; it grows while it streams. */
export interface Answer {
  readonly model: string;
  text: string;
  state: AnswerState;
  trouble?: Trouble | undefined;
}

export type VoteOutcome = 'a' | 'b' | 'tie' | 'both-bad';

export interface Question {
  readonly kind: 'question';
  readonly id: string;
  /** The reply it follows; `undefined` for a first one. */
  readonly parent: string | undefined;
  readonly text: string;
}

/** One answer, or two side by side. */
export interface Reply {
  readonly kind: 'reply';
  readonly id: string;
  readonly parent: string;
  readonly answers: readonly [Answer] | readonly [Answer, Answer];
  /** Whether the models are shown as A and B until there is a vote. */
  readonly isBlind: boolean;
  vote?: VoteOutcome | undefined;
}

export type Turn = Question | Reply;

/** A tree of turns: an edited question or a new reply is a sibling of the old one, which stays. */
export interface Conversation {
  readonly id: string;
  updatedAt: number;
  /** Parents come before their children. */
  readonly turns: Turn[];
  /** The end of the path that is shown. */
  leaf: string | undefined;
}
