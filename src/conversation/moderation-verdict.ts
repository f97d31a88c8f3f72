/** What a moderator says of one text. @public */
export interface ModerationVerdict {
  /** Whether the text is one to refuse, or to leave out. */
  readonly flagged: boolean;
  /** What it was flagged for, in the moderator's own words; empty where it was not. */
  readonly categories: readonly string[];
}
