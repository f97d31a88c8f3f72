/** Digits that stand together. */
export interface DigitGroup {
  readonly start: number;
  readonly end: number;
}

/** Groups of digits on one line, with at most three characters of punctuation or space between two. */
export interface DigitRun {
  readonly text: string;
  readonly groups: readonly DigitGroup[];
}

/** Brackets, dots and dashes of every kind that numbers are grouped with. Greedy and never tried again: linear. */
const run = /\d+(?:[ \u00a0\u2009\u202f().\-\u2010-\u2013/]{1,3}\d+)*/g;
const digits = /\d+/g;

/** The runs of digits of a text that are long enough for a number that names somebody. */
export function* digitRuns(text: string, fewestDigits: number): Generator<DigitRun> {
  for (const match of text.matchAll(run)) {
    if (match[0].length < fewestDigits) continue;
    const groups = [...match[0].matchAll(digits)].map((group) => {
      const start = match.index + group.index;
      return { start, end: start + group[0].length };
    });
    yield { text, groups };
  }
}

/** Whether a number that is written with letters, an amount of money, a decimal or a path goes on at either end. */
export function isPartOfMore(text: string, start: number, end: number): boolean {
  return partBefore.test(text.slice(Math.max(0, start - 2), start)) || partAfter.test(text.slice(end, end + 2));
}

const partBefore = /(?:[\p{L}\p{N}_$€£¥#@\\]|[\p{L}\p{N}][-.,/:]|[-.,/]{2}|[/.])$/u;
const partAfter = /^(?:[\p{L}\p{N}_%°$€£¥@]|[-.,/:][\p{N}]|[-/_]\p{L})/u;

export const digitsOf = (text: string): string => text.replace(/\D/g, '');
