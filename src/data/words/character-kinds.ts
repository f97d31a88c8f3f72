import { normalizeWord } from './normalize.js';

/** What a character is to somebody who looks for words. `STABLE_…`: normalising changes nothing about it, ever. */
export const SEPARATOR = 1;
export const LETTER = 2;
export const STABLE_LETTER = 3;
/** A word by itself. */
export const WORD = 4;
export const STABLE_WORD = 5;

const letter = /^[\p{L}\p{N}\p{M}]$/u;
const mark = /^\p{M}$/u;
// Scripts that put no space between words. Where words end there takes a dictionary, which Intl.Segmenter has, in
// another edition with every Node; single characters are what n-grams of these languages are commonly made of.
const spaceless =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u;
// Parts of Korean syllables: letters each, which normalising puts together.
const conjoining = /^[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]$/u;

/** Kinds of the characters of the first plane, filled in as they are met; 0 where not yet. */
const known = new Uint8Array(0x10000);

/** @param unit - one UTF-16 unit; half of a pair by itself is no letter. */
export function kindOfUnit(unit: number): number {
  const kind = known[unit]!;
  if (kind !== 0) return kind;
  const found = kindOf(String.fromCharCode(unit));
  known[unit] = found;
  return found;
}

export function kindOf(character: string): number {
  if (!letter.test(character)) return SEPARATOR;
  const stable = !mark.test(character) && !conjoining.test(character) && normalizeWord(character) === character;
  if (spaceless.test(character)) return stable ? STABLE_WORD : WORD;
  return stable ? STABLE_LETTER : LETTER;
}
