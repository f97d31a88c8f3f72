/** How much of the data is in one language. @public */
export interface LanguageShare {
  /** ISO 639-1 code such as `en`; empty where none could be told. */
  readonly language: string;
  /** Conversations in this language. */
  readonly conversations: number;
  /** Tokens of the messages of these conversations. */
  readonly tokens: number;
}

/** Conversations and tokens of each language. */
export class LanguageTally {
  readonly #languages = new Map<string, { language: string; conversations: number; tokens: number }>();

  add(language: string, tokens: number): void {
    const of = this.#languages.get(language) ?? { language, conversations: 0, tokens: 0 };
    this.#languages.set(language, of);
    of.conversations++;
    of.tokens += tokens;
  }

  /** The most conversations first. */
  shares(): LanguageShare[] {
    return [...this.#languages.values()].sort(
      (one, other) => other.conversations - one.conversations || (one.language < other.language ? -1 : 1),
    );
  }
}
