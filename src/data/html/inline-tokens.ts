/** What can be laid around a stretch of text. */
export type Mark = 'strong' | 'emphasis' | 'strike';

/**
 * A piece of a line of markdown: text that must be read as text, code, finished markdown that must not be touched, or one
 * end of a mark.
 */
export type InlineToken =
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'code'; readonly value: string }
  | { readonly type: 'atom'; readonly value: string }
  | { readonly type: 'open' | 'close'; readonly mark: Mark };

/** What a line break becomes: a line of its own, a blank (headings, links), or `<br>` (table cells). */
export type BreakStyle = 'line' | 'space' | 'tag';

const spaces = /[ \t\n\f]+/g;
const needsCollapse = /[\t\n\f]| {2}/;

/** White space as a browser shows it, except that line breaks stay where lines can be. */
export function collapseSpace(text: string, breaks: BreakStyle): string {
  if (!needsCollapse.test(text)) return text;
  return text.replace(spaces, (run) => (breaks === 'line' && run.includes('\n') ? '\n' : ' '));
}

const isSpace = (character: string | undefined): boolean => character === ' ' || character === '\n';

/** Collapsed text without the blank at either end. */
export function trimSpace(text: string): string {
  const start = isSpace(text[0]) ? 1 : 0;
  const end = text.length > start && isSpace(text[text.length - 1]) ? text.length - 1 : text.length;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/**
 * Collects inline content as tokens.
 *
 * It collapses white space as a browser does (line breaks of the source stay line breaks: chat pages show them), keeps
 * white space outside of marks, where markdown wants it, and joins marks that touch or nest in their own kind.
 */
export class InlineTokens {
  readonly tokens: InlineToken[] = [];
  readonly #breaks: BreakStyle;
  readonly #depth: Record<Mark, number> = { strong: 0, emphasis: 0, strike: 0 };
  #waiting: Mark[] = [];
  #space: '' | ' ' | '\n' | 'break' | 'paragraph' = '';

  constructor(breaks: BreakStyle) {
    this.#breaks = breaks;
  }

  /** Whether white space is waiting at the end. */
  get endsInSpace(): boolean {
    return this.#space !== '';
  }

  text(text: string): void {
    const collapsed = collapseSpace(text, this.#breaks);
    const first = collapsed[0];
    if (isSpace(first)) this.space(first as ' ' | '\n');
    const value = trimSpace(collapsed);
    if (value === '') return;
    this.#content({ type: 'text', value });
    const last = collapsed[collapsed.length - 1];
    if (isSpace(last)) this.space(last as ' ' | '\n');
  }

  atom(markdown: string): void {
    if (markdown !== '') this.#content({ type: 'atom', value: markdown });
  }

  code(code: string): void {
    this.#content({ type: 'code', value: code });
  }

  space(space: ' ' | '\n'): void {
    if (this.#space === '' || (this.#space === ' ' && space === '\n')) this.#space = space;
  }

  lineBreak(): void {
    if (this.#breaks === 'space') this.space(' ');
    else this.#space = this.#space === 'break' && this.#isPlain && this.#breaks === 'line' ? 'paragraph' : 'break';
  }

  open(mark: Mark): void {
    if (this.#depth[mark]++ === 0) this.#waiting.push(mark);
  }

  close(mark: Mark): void {
    if (--this.#depth[mark] > 0) return;
    const waiting = this.#waiting.lastIndexOf(mark);
    if (waiting !== -1) this.#waiting.splice(waiting, 1);
    else this.tokens.push({ type: 'close', mark });
  }

  get #isPlain(): boolean {
    return this.#depth.strong + this.#depth.emphasis + this.#depth.strike === 0;
  }

  #content(token: InlineToken & { value: string }): void {
    const { tokens } = this;
    if (tokens.length > 0) this.#writeSpace();
    this.#space = '';
    for (const mark of this.#waiting) {
      const last = tokens.at(-1);
      if (last?.type === 'close' && last.mark === mark) tokens.pop();
      else tokens.push({ type: 'open', mark });
    }
    if (this.#waiting.length > 0) this.#waiting = [];
    this.#append(token);
  }

  #writeSpace(): void {
    if (this.#space === ' ' || this.#space === '\n') this.#append({ type: 'text', value: this.#space });
    else if (this.#space === 'paragraph') this.tokens.push({ type: 'atom', value: '\n\n' });
    else if (this.#space === 'break')
      this.tokens.push({ type: 'atom', value: this.#breaks === 'tag' ? '<br>' : '  \n' });
  }

  #append(token: InlineToken & { value: string }): void {
    const last = this.tokens.at(-1);
    if (token.type === 'text' && last?.type === 'text') {
      this.tokens[this.tokens.length - 1] = { type: 'text', value: last.value + token.value };
    } else this.tokens.push(token);
  }
}
