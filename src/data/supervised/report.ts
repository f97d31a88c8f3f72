/**
 * Why a conversation makes no example: no reply was left to learn from, it was longer than `maxTokens`, or its messages
 * cannot be written in the template.
 *
 * @public
 */
export type SupervisionRejectReason = 'nothing-to-learn' | 'too-long' | 'malformed';

/** A conversation that made no example. @public */
export interface SupervisionRejection {
  /** Of the conversation, or of the segment. */
  readonly id: string;
  /** The first problem that was found. */
  readonly reason: SupervisionRejectReason;
  /** What was found, for a person. */
  readonly detail: string;
}

/** What became of the conversations. @public */
export interface SupervisionReport {
  /** Conversations read: `examples` and rejected ones. */
  readonly conversations: number;
  /** Examples that were passed on. */
  readonly examples: number;
  /** Examples that lost their end to `maxTokens`. */
  readonly truncated: number;
  /** Tokens of all examples, learned or only read. */
  readonly tokens: number;
  /** Tokens that are learned. */
  readonly supervisedTokens: number;
  /** Conversations with the letters of a special token in a message, such as `</s>`; they were kept as ordinary text. */
  readonly withSpecialTokenText: number;
  /** Conversations that made no example, by reason. */
  readonly rejected: Readonly<Record<SupervisionRejectReason, number>>;
  /** The first hundred rejections. */
  readonly rejections: readonly SupervisionRejection[];
}

const KEPT_REJECTIONS = 100;

/** Counts as examples are made. */
export class SupervisionTally {
  #conversations = 0;
  #examples = 0;
  #truncated = 0;
  #tokens = 0;
  #supervisedTokens = 0;
  #withSpecialTokenText = 0;
  readonly #rejected: Record<SupervisionRejectReason, number> = { 'nothing-to-learn': 0, 'too-long': 0, malformed: 0 };
  readonly #rejections: SupervisionRejection[] = [];

  get conversations(): number {
    return this.#conversations;
  }

  keep(tokens: number, supervisedTokens: number, isTruncated: boolean, hasSpecialTokenText: boolean): void {
    this.#conversations++;
    this.#examples++;
    this.#tokens += tokens;
    this.#supervisedTokens += supervisedTokens;
    if (isTruncated) this.#truncated++;
    if (hasSpecialTokenText) this.#withSpecialTokenText++;
  }

  reject(rejection: SupervisionRejection): void {
    this.#conversations++;
    this.#rejected[rejection.reason]++;
    if (this.#rejections.length < KEPT_REJECTIONS) this.#rejections.push(rejection);
  }

  report(): SupervisionReport {
    return {
      conversations: this.#conversations,
      examples: this.#examples,
      truncated: this.#truncated,
      tokens: this.#tokens,
      supervisedTokens: this.#supervisedTokens,
      withSpecialTokenText: this.#withSpecialTokenText,
      rejected: { ...this.#rejected },
      rejections: [...this.#rejections],
    };
  }
}
