import type * as binding from 'tokenizers';
import { TokenizerError } from './errors.js';

/** Loads the native `tokenizers` package when it is first needed, never on import of this one. */
export async function loadBinding(): Promise<typeof binding> {
  try {
    return await import('tokenizers');
  } catch (cause) {
    throw new TokenizerError(
      undefined,
      `The tokenizers package has no binary that runs here (${process.platform}-${process.arch}); install it again on this machine: npm install tokenizers.`,
      { cause },
    );
  }
}
