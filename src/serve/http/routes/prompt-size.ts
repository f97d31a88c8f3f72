import { RequestError } from '../errors.js';

/** @throws RequestError 413 naming both sizes. */
export function assertPromptSize(texts: readonly string[], maximum: number): void {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters > maximum)
    throw new RequestError(413, `The prompt has ${characters} characters, and ${maximum} are taken here. Shorten it.`);
}
