/** One word for a POSIX shell, whatever is in it. */
export function quoteWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A command as a shell would have to read it to run exactly these words: nothing in them is expanded. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}
