import type { Piece } from './emphasis.js';
import { characterAt, characterBefore, mayActAs } from './flanking.js';

/** A run of one character in a line: text, the opening or closing of a mark, or a part of finished markdown. */
export interface Run {
  readonly kind: Piece['kind'];
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the `*`, `_` and `~` of the text that a reader would take for markup, by going through the runs as the reader
 * does (CommonMark's "process emphasis"), from the end: a run is markup if it can open and something ahead can close
 * it, or if it can close a mark of ours that is open around it. `2 * 3`, `*args`, `snake_case` and `~5` stay as they are.
 */
export function delimiterEscapes(text: string, runs: readonly Run[], escaped: ReadonlySet<number>): readonly number[] {
  const escapes: number[] = [];
  const closesAhead: Record<string, boolean> = {};
  const outside: Record<string, boolean[]> = {};
  const openingsClose: Record<string, boolean> = {};
  for (let index = runs.length - 1; index >= 0; index--) {
    const run = runs[index] as Run;
    const character = text[run.start] as string;
    outside[character] ??= [];
    const around = outside[character];
    if (run.kind === 'close') {
      around.push(closesAhead[character] ?? false);
      closesAhead[character] = true;
    } else if (run.kind === 'open') {
      // Between two signs of punctuation an opening delimiter may as well close one before it.
      openingsClose[character] ||= mayClose(text, runs, index);
      closesAhead[character] = around.pop() === true || openingsClose[character];
    } else if (
      escaped.has(run.start) ||
      touchesMark(runs, index) ||
      (closesAhead[character] === true && mayOpen(text, runs, index)) ||
      (around.length > 0 && mayClose(text, runs, index))
    ) {
      for (let at = run.start; at < run.end; at++) escapes.push(at);
    } else if (mayClose(text, runs, index)) closesAhead[character] = true;
  }
  return escapes;
}

/** Whether a run of text lies against a delimiter of a mark, which would make them one run. */
function touchesMark(runs: readonly Run[], index: number): boolean {
  const run = runs[index] as Run;
  const before = runs[index - 1];
  const after = runs[index + 1];
  return (
    (before !== undefined && before.kind !== 'text' && before.end === run.start) ||
    (after !== undefined && after.kind !== 'text' && after.start === run.end)
  );
}

function mayOpen(text: string, runs: readonly Run[], index: number): boolean {
  const [before, after] = sides(text, runs, index);
  return mayActAs(text[(runs[index] as Run).start] as string, before, after);
}

function mayClose(text: string, runs: readonly Run[], index: number): boolean {
  const [before, after] = sides(text, runs, index);
  return mayActAs(text[(runs[index] as Run).start] as string, after, before);
}

/** What stands beside a run; delimiters of marks that lie against each other are one run to a reader. */
function sides(text: string, runs: readonly Run[], index: number): [string | undefined, string | undefined] {
  let first = runs[index] as Run;
  let last = first;
  const joins = (left: Run, right: Run) =>
    left.kind !== 'text' && right.kind !== 'text' && left.end === right.start && text[left.start] === text[right.start];
  for (let at = index - 1; at >= 0 && joins(runs[at] as Run, first); at--) first = runs[at] as Run;
  for (let at = index + 1; at < runs.length && joins(last, runs[at] as Run); at++) last = runs[at] as Run;
  return [characterBefore(text, first.start), characterAt(text, last.end)];
}
