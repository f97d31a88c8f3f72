import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VicunaError } from '../core/index.js';
import type { TokenizerFiles } from './files.js';
import type { Tokenizer } from './types.js';

/** Writes a tokenizer as transformers' `AutoTokenizer` reads it. @internal */
export async function saveTokenizer(
  directory: string,
  { source, config }: Pick<TokenizerFiles, 'source' | 'config'>,
  { beginToken, endToken }: Pick<Tokenizer, 'beginToken' | 'endToken'>,
): Promise<void> {
  const settings = {
    // The class that takes tokenizer.json as it is, in transformers 4 and 5.
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...config,
    ...(beginToken && { bos_token: beginToken.text }),
    eos_token: endToken.text,
  };
  await write(join(directory, 'tokenizer.json'), source);
  await write(join(directory, 'tokenizer_config.json'), `${JSON.stringify(settings, undefined, 2)}\n`);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new VicunaError(
      'file-unwritable',
      `${path}: the file cannot be written; check that the directory exists and that the disk has room`,
      { cause },
    );
  }
}
