import { decodeHTML } from 'entities/decode';
import { escapableBlockMarks } from './block-marks.js';
import { codeSpan } from './code.js';
import { delimiterEscapes, type Run } from './delimiter-escapes.js';
import type { Piece } from './emphasis.js';

/** Where a line of markdown will stand, as far as it decides what has to be escaped. */
export interface EscapeContext {
  /** Whether a reader looks for lists, headings and the like at the start of its lines. */
  readonly startsBlocks: boolean;
  /** Whether it is the text of a link, where brackets must balance. */
  readonly inLink: boolean;
  /** Whether the message marks formulas with dollars, so that other dollars may be taken for them. */
  readonly hasMath: boolean;
}

const specials = /[\\`*_~<&[\]!$]/;
const blockStart = /^[#>+\-=~`|:<[\d*_]/;
const blockStarts = /^[#>+\-=~`|:<[\d*_]/m;

/**
 * Joins pieces into markdown, putting a backslash wherever the text would otherwise be read as markup, and nowhere
 * else: the result is what a model learns to write.
 */
export function escapePieces(bare: readonly Piece[], context: EscapeContext): string {
  const pieces = finishCode(bare);
  const text = pieces.length === 1 ? (pieces[0] as Piece).value : pieces.map((piece) => piece.value).join('');
  const isSpecial = pieces.some((piece) => piece.kind === 'text' && specials.test(piece.value));
  const mayStartBlock = context.startsBlocks && (text.includes('\n') ? blockStarts : blockStart).test(text);
  if (!isSpecial && !mayStartBlock) return text;

  const line = new Line(pieces, text);
  const escapes = new Set<number>();
  if (mayStartBlock) for (const at of escapableBlockMarks(text)) if (line.isText(at)) escapes.add(at);
  if (isSpecial) {
    for (const at of delimiterEscapes(text, line.runs(/\*+|_+|~+/g), escapes)) escapes.add(at);
    for (const at of backtickEscapes(line, context.inLink, escapes)) escapes.add(at);
    for (const at of bracketEscapes(line, context.inLink)) escapes.add(at);
    for (const at of referenceEscapes(line, context.inLink)) escapes.add(at);
    if (context.hasMath) for (const at of dollarEscapes(line)) escapes.add(at);
  }
  return insertBackslashes(text, escapes);
}

/** Gives code its backticks. Pieces of code that touch become one, or their backticks would run together. */
function finishCode(pieces: readonly Piece[]): readonly Piece[] {
  if (!pieces.some((piece) => piece.kind === 'code')) return pieces;
  const finished: Piece[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index] as Piece;
    if (piece.kind !== 'code') {
      finished.push(piece);
      continue;
    }
    let code = piece.value;
    while (pieces[index + 1]?.kind === 'code') code += (pieces[++index] as Piece).value;
    finished.push({ kind: 'atom', value: codeSpan(code) });
  }
  return finished;
}

/** The joined pieces, with the knowledge of which characters are text. */
class Line {
  readonly text: string;
  readonly #pieces: readonly Piece[];
  readonly #starts: number[] = [];

  constructor(pieces: readonly Piece[], text: string) {
    this.text = text;
    this.#pieces = pieces;
    let at = 0;
    for (const { value } of pieces) {
      this.#starts.push(at);
      at += value.length;
    }
  }

  isText(position: number): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= position) low = middle;
      else high = middle;
    }
    return this.#pieces[low]?.kind === 'text';
  }

  /** Matches of a pattern in the text pieces, at their place in the line. */
  *matches(pattern: RegExp): Generator<{ readonly at: number; readonly value: string }> {
    for (const [index, { kind, value }] of this.#pieces.entries()) {
      if (kind !== 'text') continue;
      for (const match of value.matchAll(pattern))
        yield { at: (this.#starts[index] as number) + match.index, value: match[0] };
    }
  }

  /** Runs of a character in the text and the marks, in order; on request also in finished markdown. */
  runs(pattern: RegExp, inAtoms = false): Run[] {
    const runs: Run[] = [];
    for (const [index, { kind, value }] of this.#pieces.entries()) {
      if (kind === 'atom' && !inAtoms) continue;
      const offset = this.#starts[index] as number;
      for (const { index: at, 0: run } of value.matchAll(pattern))
        runs.push({ kind, start: offset + at, end: offset + at + run.length });
    }
    return runs;
  }
}

/**
 * A run of backticks opens code if a later run is as long, whoever wrote that one; against the backticks of finished
 * code it would become part of them; in a link's text it could reach out of it.
 */
function* backtickEscapes(line: Line, inLink: boolean, escaped: ReadonlySet<number>): Generator<number> {
  const runs = line.runs(/`+/g, true);
  if (!runs.some((run) => run.kind === 'text')) return;
  const lengths = new Set<number>();
  for (let index = runs.length - 1; index >= 0; index--) {
    const { kind, start, end } = runs[index] as Run;
    const next = runs[index + 1];
    const touches = runs[index - 1]?.end === start || next?.start === end;
    if (kind === 'text' && (inLink || touches || escaped.has(start) || lengths.has(end - start))) {
      for (let at = start; at < end; at++) yield at;
      // Backslashes part the run, but do not hide it from a run that looks for its end.
      lengths.add(1);
      if (next?.start === end) lengths.add(1 + next.end - next.start);
    } else lengths.add(end - start);
  }
}

/** Brackets that would make a link, an image or (inside a link's text) an early end. */
function* bracketEscapes(line: Line, inLink: boolean): Generator<number> {
  const { text } = line;
  const lastClosing = text.lastIndexOf(')');
  const open: number[] = [];
  for (const { at, value } of line.matches(/[![\]]/g)) {
    if (value === '!') {
      if (text[at + 1] === '[' && !line.isText(at + 1)) yield at;
    } else if (value === '[') open.push(at);
    else if (open.length === 0) {
      if (inLink) yield at;
    } else if (text[at + 1] === '(' && (inLink || at < lastClosing)) yield at;
    else open.pop();
  }
  if (inLink) yield* open;
}

const htmlTag =
  /<(?:[A-Za-z][A-Za-z\d-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>|\/[A-Za-z][A-Za-z\d-]*\s*>|!--|\?|![A-Za-z]|!\[CDATA\[|[A-Za-z][A-Za-z\d+.-]{1,31}:[^\s<>]*>|[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z\d.-]+>)/y;
const characterReference = /&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});/y;
const asciiPunctuation = /[!-/:-@[-`{-~]/;

/** Characters that would start a tag, an automatic link, a character reference or an escape. */
function* referenceEscapes(line: Line, inLink: boolean): Generator<number> {
  const { text } = line;
  for (const { at, value } of line.matches(/[<&\\]/g)) {
    if (value === '\\') {
      const next = text[at + 1] ?? (inLink ? ']' : undefined);
      if (next !== undefined && (next === '\n' || asciiPunctuation.test(next))) yield at;
      continue;
    }
    // A tag begun in a link's text could end beyond it.
    if (inLink && value === '<' && /[A-Za-z/!?]/.test(text[at + 1] ?? '')) yield at;
    const pattern = value === '<' ? htmlTag : characterReference;
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0];
    if (match !== undefined && (value === '<' || decodeHTML(match) !== match)) yield at;
  }
}

/** Dollars around a stretch that readers with formulas would take for one (Pandoc's rule, which GitHub's is close to). */
function* dollarEscapes(line: Line): Generator<number> {
  const { text } = line;
  let closesAhead = false;
  for (const { at } of [...line.matches(/\$/g)].reverse()) {
    const opens = /\S/.test(text[at + 1] ?? ' ');
    if (opens && closesAhead) yield at;
    else if (/\S/.test(text[at - 1] ?? ' ') && !/\d/.test(text[at + 1] ?? '')) closesAhead = true;
  }
}

function insertBackslashes(text: string, positions: ReadonlySet<number>): string {
  if (positions.size === 0) return text;
  let escaped = '';
  let from = 0;
  for (const at of [...positions].sort((a, b) => a - b)) {
    escaped += `${text.slice(from, at)}\\`;
    from = at;
  }
  return escaped + text.slice(from);
}
