import { kindOf, kindOfUnit, SEPARATOR, STABLE_LETTER, STABLE_WORD, WORD } from './character-kinds.js';
import { mix32 } from './mix.js';
import { normalizeWord } from './normalize.js';

/** A longer run of letters is cut here: nobody writes such words, and a message may be one of a hundred megabytes. */
const longestWord = 256;

/** ASCII letters and digits in lower case; 0 for what is neither. */
const asciiLetters = Uint8Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  return /[a-z0-9]/i.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});

/**
 * Goes over the words of a text, one after another. Words are runs of letters, digits and their marks in any script; in
 * scripts without spaces every character is one. Case, punctuation, and how a character is encoded make no difference.
 * The text is neither copied nor held as a list: it may be as long as a string can be.
 *
 * Not Intl.Segmenter, whose words change with the version of its
 * dictionaries.
 */
export class WordScanner {
  /** UTF-16 units of the word that `next` found: from `start` up to, not including, `end`. */
  start = 0;
  end = 0;
  /** Its unsigned 32-bit hash: the same for words that differ in case only. */
  hash = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns whether there was another word. */
  next(): boolean {
    const text = this.#text;
    const { length } = text;
    let index = this.end;
    while (index < length && this.#isSeparator(index)) index++;
    if (index >= length) return false;
    this.start = index;
    const last = Math.min(length, index + longestWord);
    let hash = offsetBasis;
    // Where a letter has other forms, the hash is of the word's one form and made at its end.
    let stable = true;
    for (; index < last; index++) {
      const unit = text.charCodeAt(index);
      if (unit < 128) {
        const letter = asciiLetters[unit]!;
        if (letter === 0) break;
        hash = Math.imul(hash ^ letter, prime);
        continue;
      }
      const pair = isPair(text, index);
      const kind = pair ? kindOf(text.slice(index, index + 2)) : kindOfUnit(unit);
      if (kind === SEPARATOR) break;
      if (kind >= WORD) {
        if (index > this.start) break;
        stable = kind === STABLE_WORD && !pair;
        hash = Math.imul(hash ^ unit, prime);
        index += pair ? 2 : 1;
        break;
      }
      if (kind !== STABLE_LETTER || pair) stable = false;
      hash = Math.imul(hash ^ unit, prime);
      if (pair) index++;
    }
    this.end = index;
    this.hash = mix32(stable ? hash : hashOf(normalizeWord(text.slice(this.start, index))));
    return true;
  }

  #isSeparator(index: number): boolean {
    const unit = this.#text.charCodeAt(index);
    if (unit < 128) return asciiLetters[unit] === 0;
    if (isPair(this.#text, index)) return kindOf(this.#text.slice(index, index + 2)) === SEPARATOR;
    return kindOfUnit(unit) === SEPARATOR;
  }
}

// FNV-1a over UTF-16 units.
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

function hashOf(word: string): number {
  let hash = offsetBasis;
  for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), prime);
  return hash;
}

function isPair(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(index + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}
