/** A run of `*` or `_` as a reader sees it: the delimiters of marks that stand side by side. */
export interface MarkRun {
  readonly character: string;
  readonly mayOpen: boolean;
  readonly mayClose: boolean;
  /** For each character, the mark it belongs to. */
  readonly marks: readonly number[];
}

interface Delimiter extends MarkRun {
  /** The characters `from` to `to` are still unused. */
  from: number;
  to: number;
}

/**
 * Reads runs of delimiters as CommonMark does ("process emphasis") and says which mark is the first to be read as
 * something other than was meant.
 *
 * @returns `undefined` where every mark reads as meant.
 */
export function firstMisread(runs: readonly MarkRun[]): number | undefined {
  const open: Delimiter[] = [];
  for (const run of runs) {
    const closer: Delimiter = { ...run, from: 0, to: run.marks.length };
    while (run.mayClose && closer.from < closer.to) {
      const at = open.findLastIndex((opener) => mayPair(opener, closer));
      const opener = open[at];
      if (opener === undefined) break;
      // Whatever opened in between now closes nothing.
      const skipped = open.splice(at + 1)[0];
      if (skipped !== undefined) return skipped.marks[skipped.to - 1];
      const length = opener.to - opener.from >= 2 && closer.to - closer.from >= 2 ? 2 : 1;
      const misread = misreadPair(opener.marks.slice(opener.to - length, opener.to), closer, length);
      if (misread !== undefined) return misread;
      opener.to -= length;
      closer.from += length;
      if (opener.from === opener.to) open.pop();
    }
    if (closer.from === closer.to) continue;
    if (!run.mayOpen) return closer.marks[closer.from];
    open.push(closer);
  }
  const left = open[0];
  return left?.marks[left.from];
}

/** The "multiple of 3" rule keeps `*a**b*` from closing with the wrong delimiter. */
function mayPair(opener: Delimiter, closer: Delimiter): boolean {
  if (opener.character !== closer.character) return false;
  const lengths = [opener.marks.length, closer.marks.length] as const;
  const isAmbiguous = opener.mayClose || closer.mayOpen;
  return !isAmbiguous || (lengths[0] + lengths[1]) % 3 !== 0 || (lengths[0] % 3 === 0 && lengths[1] % 3 === 0);
}

/** Checks that the characters of a pair are one mark's, all of its delimiter, on both sides. */
function misreadPair(opening: readonly number[], closer: Delimiter, length: number): number | undefined {
  const mark = opening[0] as number;
  const closing = closer.marks.slice(closer.from, closer.from + length);
  if ([...opening, ...closing].some((other) => other !== mark)) return mark;
  // One character of a longer delimiter: the next one in the same run is the same mark's.
  return closer.marks[closer.from + length] === mark ? mark : undefined;
}
