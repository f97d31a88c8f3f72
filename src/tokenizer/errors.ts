import { VicunaError } from '../core/index.js';

/** A tokenizer that cannot be read or used. Code `tokenizer-unreadable`. @public */
export class TokenizerError extends VicunaError {
  /** The file or directory at fault, where there is one. */
  readonly path: string | undefined;

  /**
   * Names the file and what is wrong with it.
   *
   * @param path - of the file at fault; `undefined` where there is no file.
   */
  constructor(path: string | undefined, problem: string, options?: { readonly cause?: unknown }) {
    super('tokenizer-unreadable', path === undefined ? problem : `${path}: ${problem}`, options);
    this.path = path;
  }
}
