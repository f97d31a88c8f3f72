import { withoutCode } from './prose.js';

const minimumRepeats = 6;
const minimumLength = 60;
const longestUnit = 200;

/**
 * Finds a stretch of text that repeats itself back to back, as models do that have lost their thread: a unit of at most
 * 200 characters, six times or more, over at least 60 characters. Case, blanks and the value of numbers do not count
 * (`1. Buy milk. 2. Buy milk. ...` is a repetition); code and stretches without a letter or digit (rules, tables) do not
 * either.
 *
 * @returns the unit.
 */
export function repeatedUnit(markdown: string): string | undefined {
  const text = withoutCode(markdown).toLowerCase().replace(/\s+/g, ' ').replace(/\d+/g, '0');
  for (let period = 1; period <= Math.min(longestUnit, text.length / minimumRepeats); period++) {
    const enough = Math.max(minimumRepeats * period, minimumLength) - period;
    let run = 0;
    for (let index = period; index < text.length; index++) {
      run = text.charCodeAt(index) === text.charCodeAt(index - period) ? run + 1 : 0;
      if (run < enough) continue;
      const unit = text.slice(index - period + 1, index + 1);
      if (/[\p{L}\p{N}]/u.test(unit)) return unit;
    }
  }
  return undefined;
}
