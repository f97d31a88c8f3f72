/** What two words have to have in common to be one: letters of any case, composed or not, of any width. */
export function normalizeWord(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}
