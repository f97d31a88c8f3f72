/** Lists and quotes nested deeper are written as if they were not, or each line could outweigh the page. */
const maximumNesting = 32;

/**
 * Writes lines of markdown under the prefixes of the lists and quotes they stand in.
 *
 * Blank lines are asked for and only written once something follows, so that parts which turn out empty leave no trace.
 */
export class MarkdownWriter {
  readonly #lines: string[] = [];
  #prefix = '';
  /** The prefix of the next line where a list item or quote begins there. */
  #first: string | undefined;
  #blank: string | undefined;
  #nesting = 0;

  /** Lines written so far. */
  get length(): number {
    return this.#lines.length;
  }

  /** Whether the next line is the first of a list item or quote. */
  get isAtStart(): boolean {
    return this.#first !== undefined;
  }

  write(line: string): void {
    if (this.#blank !== undefined) this.#lines.push(this.#blank);
    this.#blank = undefined;
    const prefix = this.#first ?? this.#prefix;
    this.#first = undefined;
    this.#lines.push(line === '' ? prefix.trimEnd() : prefix + line);
  }

  writeAll(lines: Iterable<string>): void {
    for (const line of lines) this.write(line);
  }

  /** Asks for a blank line before whatever comes next. */
  separate(): void {
    this.#blank = this.#prefix.trimEnd();
  }

  /** Takes that back: what comes next follows on the next line. */
  join(): void {
    this.#blank = undefined;
  }

  /**
   * Writes a list item or quote.
   *
   * @param first - what its first line begins with.
   * @param rest - what its other lines begin with.
   */
  nest(first: string, rest: string, write: () => void): void {
    if (this.#nesting === maximumNesting) {
      write();
      return;
    }
    const outer = this.#prefix;
    this.#first = (this.#first ?? outer) + first;
    this.#prefix = outer + rest;
    this.#nesting++;
    write();
    this.#nesting--;
    this.#prefix = outer;
  }

  /** Writes the marker of an item that turned out empty; forgets that of an empty quote. */
  endStart(keep: boolean): void {
    if (this.#first === undefined) return;
    if (keep) this.write('');
    this.#first = undefined;
  }

  toString(): string {
    return this.#lines.join('\n');
  }
}
