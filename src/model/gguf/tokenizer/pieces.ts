import type { TokenizerJson } from '../../../tokenizer/index.js';

/** What a token is, as llama.cpp numbers it. */
export const tokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** A vocabulary as GGUF lists it: one entry for every id. */
export interface Pieces {
  readonly texts: string[];
  readonly types: number[];
}

const BYTE = /^<0x[0-9A-F]{2}>$/;

/** Lists the pieces of a BPE tokenizer by id; ids that it leaves out are filled with pieces nobody writes. */
export function listPieces({ model, added_tokens: added }: TokenizerJson, vocabularySize: number): Pieces {
  const texts = Array.from({ length: vocabularySize }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(vocabularySize).fill(tokenType.unused);
  const hasBytes = model.byte_fallback === true;
  for (const [piece, id] of Object.entries(model.vocab as Record<string, number>)) {
    texts[id] = piece;
    types[id] = hasBytes && BYTE.test(piece) ? tokenType.byte : tokenType.normal;
  }
  for (const { id, content, special } of added) {
    texts[id] = content;
    types[id] = special ? tokenType.control : tokenType.userDefined;
  }
  const unknown = (model.vocab as Record<string, number>)[String(model.unk_token)];
  if (unknown !== undefined) types[unknown] = tokenType.unknown;
  return { texts, types };
}

/** The tokens of a vocabulary that are found as they stand, before anything is merged. */
export function addedTokens({ texts, types }: Pieces): readonly object[] {
  return texts.flatMap((content, id) => {
    const type = types[id];
    const special = type === tokenType.control || type === tokenType.unknown;
    if (!special && type !== tokenType.userDefined) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

/** Ids by piece, without the pieces that only fill the list. */
export function vocabularyOf({ texts, types }: Pieces): Record<string, number> {
  const known = texts.map((text, id) => [text, id] as const).filter(([, id]) => types[id] !== tokenType.unused);
  return Object.fromEntries(known);
}
