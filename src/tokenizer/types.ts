/** A tokenised text. @public */
export interface Encoding {
  /** Token ids, one a token. */
  readonly ids: Int32Array;
  /**
   * `offsets[2 * i]` and `offsets[2 * i + 1]` are where token `i` starts and ends in the text, in UTF-16 units, so that
   * `text.slice(start, end)` is the text of the token. Every token of a character that was encoded as several bytes
   * carries the whole character's range. Special tokens that are not in the text have an empty range.
   */
  readonly offsets: Int32Array;
}

/** @public */
export interface EncodeOptions {
  /** Adds the tokenizer's own special tokens (LLaMA: `<s>` in front). @defaultValue `true` */
  readonly addSpecialTokens?: boolean | undefined;
}

/** @public */
export interface DecodeOptions {
  /** Leaves out special tokens such as `<s>` and `</s>`. @defaultValue `true` */
  readonly skipSpecialTokens?: boolean | undefined;
}

/** Text to token ids and back. @public */
export interface Tokenizer {
  /** Ids are below this. */
  readonly vocabularySize: number;
  readonly beginToken: { readonly id: number; readonly text: string } | undefined;
  readonly endToken: { readonly id: number; readonly text: string };
  encode(text: string, options?: EncodeOptions): Promise<Encoding>;
  encodeBatch(texts: readonly string[], options?: EncodeOptions): Promise<Encoding[]>;
  decode(ids: Iterable<number>, options?: DecodeOptions): Promise<string>;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  /** Writes `tokenizer.json` and `tokenizer_config.json`, as transformers reads them, into a directory that exists. */
  save(directory: string): Promise<void>;
}
