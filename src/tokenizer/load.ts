import { readTokenizerFiles } from './files.js';
import { NativeTokenizer } from './native-tokenizer.js';
import type { SpecialTokenNames } from './special-tokens.js';
import type { Tokenizer } from './types.js';

/**
 * Loads a Hugging Face tokenizer.
 *
 * From a directory, `tokenizer_config.json`, `special_tokens_map.json` and `generation_config.json` beside
 * `tokenizer.json` say which tokens begin and end a text; a file on its own is judged by its well-known names.
 *
 * @param path - a model's directory, or a `tokenizer.json`.
 * @throws TokenizerError where a file is missing, is not JSON or lacks what is needed, naming the file.
 * @public
 */
export async function loadTokenizer(path: string, options: SpecialTokenNames = {}): Promise<Tokenizer> {
  return NativeTokenizer.create(await readTokenizerFiles(path), options);
}
