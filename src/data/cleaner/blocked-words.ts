/**
 * Finds the first of some words in a text, anywhere and in any case.
 *
 * @returns the word as the text has it.
 */
export type WordFinder = (text: string) => string | undefined;

/** One expression for all words takes half the time of looking for each in a lower-case copy. */
export function wordFinder(words: readonly string[]): WordFinder {
  if (words.length === 0) return () => undefined;
  const pattern = new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'iu');
  return (text) => pattern.exec(text)?.[0];
}
