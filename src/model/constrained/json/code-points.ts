import type { CodePointRange } from '../expression.js';

export const LAST_CODE_POINT = 0x10ffff;

/** All code points that are in none of the ranges. */
export function complement(ranges: readonly CodePointRange[]): CodePointRange[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const left: CodePointRange[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) left.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= LAST_CODE_POINT) left.push([next, LAST_CODE_POINT]);
  return left;
}

export function single(character: string): CodePointRange {
  const code = character.codePointAt(0)!;
  return [code, code];
}
