import type { Tokenizer } from '../../tokenizer/index.js';

/** UTF-8 bytes of tokens by id; `undefined` where a token is no text: special tokens, and ids that nobody uses. */
export type VocabularyBytes = readonly (Uint8Array | undefined)[];

const tables = new WeakMap<Tokenizer, VocabularyBytes>();

/**
 * The bytes of every token, made once a tokenizer: the same array for the same tokenizer, to hang what is derived from it on.
 *
 * @param size - the model's vocabulary, never smaller than the tokenizer's.
 */
export function vocabularyBytes(tokenizer: Tokenizer, size: number): VocabularyBytes {
  let table = tables.get(tokenizer);
  if (table?.length !== size) {
    table = Array.from({ length: size }, (_, id) => tokenizer.tokenBytes(id));
    tables.set(tokenizer, table);
  }
  return table;
}
