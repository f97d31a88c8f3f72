import { withoutCode } from './prose.js';

/**
 * Finds a numbered list that starts over at 1: an item 1 that follows another item 1 of the same depth with no other
 * number, heading or rule in between.
 *
 * FastChat's `filter_wrong_format` looks for the same with an expression that any digit 2 in between hides and that code
 * can set off.
 *
 * @returns the line that starts over.
 */
export function restartedList(markdown: string): string | undefined {
  /** Number of the last item at each depth of indentation. */
  let last = new Map<number, number>();
  for (const line of withoutCode(markdown).split('\n')) {
    if (/^(?:#{1,6}\s|(?:[-*_]\s*){3,}$)/.test(line)) last = new Map();
    const item = /^([ >]*)(\d{1,9})[.)] /.exec(line);
    if (item === null) continue;
    const depth = (item[1] as string).length;
    const number = Number(item[2]);
    if (number === 1 && last.get(depth) === 1) return line.trim();
    // A new item ends the lists inside the one before it.
    for (const deeper of [...last.keys()]) if (deeper > depth) last.delete(deeper);
    last.set(depth, number);
  }
  return undefined;
}
