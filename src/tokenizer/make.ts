import { type GenerationConfigJson, parseTokenizerJson, type TokenizerConfigJson } from './files.js';
import { NativeTokenizer } from './native-tokenizer.js';
import type { Tokenizer } from './types.js';

/**
 * Makes a tokenizer of the text of a `tokenizer.json` that was made rather than read.
 *
 * @param path - of what it was made from, for messages.
 * @param beside - what would stand in the files beside it.
 * @throws TokenizerError where it is none.
 * @internal
 */
export async function makeTokenizer(
  source: string,
  path: string,
  beside: { readonly config: TokenizerConfigJson; readonly generation: GenerationConfigJson },
): Promise<Tokenizer> {
  return NativeTokenizer.create({ path, source, tokenizer: parseTokenizerJson(source, path), ...beside });
}
