/** A special token such as `<s>`: its id and the text that stands for it. @public */
export interface SpecialToken {
  /** Its number in the vocabulary. */
  readonly id: number;
  /** Its letters, such as `</s>`. */
  readonly text: string;
}

/**
 * A text that says where its special tokens are.
 *
 * In a plain string every `</s>` becomes the end token, as in Hugging Face transformers, whoever wrote it. Here only
 * those at `controls` do; the same letters elsewhere, say in a user's message, stay ordinary text. Rendered prompts and
 * conversations have this form. The noncharacters U+FDD0 to U+FDEF, which no proper text holds, become U+FFFD.
 *
 * @public
 */
export interface MarkedText {
  /** The whole text. */
  readonly text: string;
  /** Where a special token is meant: offsets of its first UTF-16 unit, ascending. */
  readonly controls: readonly number[];
  /** The text has its begin token, or is to have none: none is added, whatever `addSpecialTokens` says. */
  readonly isComplete?: boolean;
}

/** A tokenised text. @public */
export interface Encoding {
  /** How many tokens there are. Cheaper than `ids.length`: nothing is copied out of the tokenizer. */
  readonly length: number;
  /** Token ids, one a token. */
  readonly ids: Int32Array;
  /**
   * `offsets[2 * i]` and `offsets[2 * i + 1]` are where token `i` starts and ends in the text, in UTF-16 units, so that
   * `text.slice(start, end)` is the text of the token. Every token of a character that was encoded as several bytes
   * carries the whole character's range. Special tokens that are not in the text have an empty range at 0.
   */
  readonly offsets: Int32Array;
  /**
   * The index of the first token that ends past a position (a UTF-16 offset); where none does, the index behind the
   * last token of the text. Tokens from `firstTokenPast(start)` to before `firstTokenPast(end)` are exactly those whose
   * end lies past `start` and not past `end`. Much faster than searching `offsets`.
   */
  firstTokenPast(position: number): number;
}

/** How a text is tokenised. @public */
export interface EncodeOptions {
  /** Adds the tokenizer's own special tokens (LLaMA: `<s>` in front). @defaultValue `true` */
  readonly addSpecialTokens?: boolean | undefined;
}

/** How ids become text. @public */
export interface DecodeOptions {
  /** Leaves out special tokens such as `<s>` and `</s>`. @defaultValue `true` */
  readonly skipSpecialTokens?: boolean | undefined;
}

/** How ids become text, piece by piece. @public */
export interface StreamDecoderOptions extends DecodeOptions {
  /**
   * The ids continue a text that is already there, so the space that a sentencepiece tokenizer drops at the start of a
   * text is kept. @defaultValue `false`
   */
  readonly continuation?: boolean | undefined;
}

/**
 * Token ids to text, piece by piece. What `push` and `end` return, laid end to end, is what `decode` makes of all the
 * ids; a piece never ends inside a character.
 *
 * @public
 */
export interface StreamDecoder {
  /** Takes the next ids. @returns the text that is certain by now; empty while a character is incomplete. */
  push(ids: number | Iterable<number>): string;
  /**
   * Ends the text.
   *
   * @returns what was held back: U+FFFD for a character that never became whole. The decoder then starts anew.
   */
  end(): string;
}

/** Text to token ids and back. @public */
export interface Tokenizer {
  /** Ids are below this. */
  readonly vocabularySize: number;
  /** What stands in front of every text; `undefined` where the tokenizer has none. */
  readonly beginToken: SpecialToken | undefined;
  /** What ends a text. */
  readonly endToken: SpecialToken;
  /** Every id that ends a turn, `endToken.id` first. LLaMA 3 has several. */
  readonly endTokenIds: readonly number[];
  /**
   * Text of every special token, and its id. A special token cuts a text: what precedes it and what follows it are
   * tokenised each on its own, so token counts add up at such cuts.
   */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Tokenises one text. Plain strings are read for special tokens, marked ones only where they say. */
  encode(text: string | MarkedText, options?: EncodeOptions): Promise<Encoding>;
  /** Tokenises texts side by side, on several threads: much faster than one after another. */
  encodeBatch(texts: readonly (string | MarkedText)[], options?: EncodeOptions): Promise<Encoding[]>;
  /**
   * Makes a text of ids.
   *
   * @throws VicunaError `data-malformed` where an id is outside the vocabulary.
   */
  decode(ids: Iterable<number>, options?: DecodeOptions): Promise<string>;
  /** Makes a decoder for one text; it holds nothing to release. */
  streamDecoder(options?: StreamDecoderOptions): StreamDecoder;
  /**
   * Looks a token up, spelled as the vocabulary has it: `▁Hello` for a word of LLaMA's.
   *
   * @returns `undefined` where there is none.
   */
  tokenToId(token: string): number | undefined;
  /** Tells how the vocabulary spells a token. @returns `undefined` outside of the vocabulary. */
  idToToken(id: number): string | undefined;
  /** UTF-8 bytes that a token adds to a text that is there already; `undefined` for special tokens and unused ids. */
  tokenBytes(id: number): Uint8Array | undefined;
  /** Writes `tokenizer.json` and `tokenizer_config.json`, as transformers reads them, into a directory that exists. */
  save(directory: string): Promise<void>;
}
