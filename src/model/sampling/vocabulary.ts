import type { Tokenizer } from '../../tokenizer/index.js';

/** What a constraint has to know of the tokens it chooses among. */
export interface TokenVocabulary {
  /**
   * UTF-8 bytes of each token by id, as many as the model has logits; `undefined` where a token is no text: special
   * tokens, and ids that the tokenizer does not have.
   */
  readonly bytes: readonly (Uint8Array | undefined)[];
  /** Tokens that end a reply: to be allowed only where it may end. */
  readonly endTokenIds: ReadonlySet<number>;
}

const tables = new WeakMap<Tokenizer, (Uint8Array | undefined)[]>();

/**
 * The bytes of every token, made once a tokenizer: the same array for the same tokenizer, to hang what is derived from it on.
 *
 * @param size - the model's vocabulary, never smaller than the tokenizer's.
 */
export function vocabularyBytes(tokenizer: Tokenizer, size: number): readonly (Uint8Array | undefined)[] {
  let table = tables.get(tokenizer);
  if (table?.length !== size) {
    table = Array.from({ length: size }, (_, id) => tokenizer.tokenBytes(id));
    tables.set(tokenizer, table);
  }
  return table;
}
