import type { Resolved } from '../../core/index.js';
import { mix32, normalizeWord } from '../words/index.js';
import type { ContaminationConfig, EvaluationText } from './config.js';
import { type WordList, wordsOf } from './word-list.js';

/** An evaluation text and its words. */
export interface IndexedText {
  readonly id: string;
  readonly part: string;
  readonly text: string;
  readonly words: WordList;
}

/** Words in a row that are in both: from one number on in the evaluation text, from another in the message. */
export interface SharedRun {
  readonly item: IndexedText;
  readonly itemStart: number;
  readonly messageStart: number;
  readonly length: number;
}

interface Place {
  readonly item: IndexedText;
  readonly start: number;
}

/**
 * Evaluation texts by their n-grams: those with n words or more by every n words in a row, shorter ones by all their words, and the
 * shortest apart, as whole messages.
 */
export class EvaluationIndex {
  readonly texts: readonly IndexedText[];
  /** For each length of n-grams, the places of each by the n-gram's hash. */
  readonly #places = new Map<number, Map<number, Place[]>>();
  readonly #wholeMessages = new Map<number, Place[]>();

  constructor(texts: Iterable<EvaluationText>, { words, wholeMessageBelow }: Resolved<ContaminationConfig>) {
    this.texts = Array.from(texts, ({ id, text, part = 'question' }) => ({ id, part, text, words: wordsOf(text) }));
    for (const item of this.texts) {
      const { length } = item.words;
      if (length === 0) continue;
      const gram = Math.min(length, words);
      const whole = length < wholeMessageBelow;
      const places = whole ? this.#wholeMessages : (this.#places.get(gram) ?? new Map<number, Place[]>());
      if (!whole) this.#places.set(gram, places);
      eachGram(item.words, gram, (hash, start) => {
        const same = places.get(hash);
        if (same === undefined) places.set(hash, [{ item, start }]);
        // An n-gram that a text repeats is found once.
        else if (same.at(-1)!.item !== item) same.push({ item, start });
      });
    }
  }

  /** Runs of words that a message shares with any evaluation text, as long as they go. */
  sharedRuns(message: string): SharedRun[] {
    const words = wordsOf(message);
    const runs: SharedRun[] = [];
    if (words.length === 0) return runs;
    const share = ({ item, start }: Place, at: number, gram: number) => {
      const length = sharedLength(item, start, message, words, at);
      if (length >= gram) runs.push({ item, itemStart: start, messageStart: at, length });
      return length;
    };
    for (const [gram, places] of this.#places) {
      // Where a run of each text ends: what begins inside it has been seen.
      const seen = new Map<IndexedText, { readonly end: number; readonly shift: number }>();
      eachGram(words, gram, (hash, at) => {
        for (const place of places.get(hash) ?? []) {
          const last = seen.get(place.item);
          const shift = at - place.start;
          if (last !== undefined && at < last.end && shift === last.shift) continue;
          const length = share(place, at, gram);
          if (length >= gram) seen.set(place.item, { end: at + length, shift });
        }
      });
    }
    const all = hashOf(words, 0, words.length);
    for (const place of this.#wholeMessages.get(all) ?? [])
      if (place.item.words.length === words.length) share(place, 0, words.length);
    return runs;
  }
}

/** How many words in a row are the same, compared as words, not as hashes. */
function sharedLength(item: IndexedText, start: number, message: string, words: WordList, at: number): number {
  let length = 0;
  for (; start + length < item.words.length && at + length < words.length; length++) {
    if (item.words.hashes[start + length] !== words.hashes[at + length]) break;
    if (wordAt(item.text, item.words, start + length) !== wordAt(message, words, at + length)) break;
  }
  return length;
}

function wordAt(text: string, { starts, ends }: WordList, index: number): string {
  return normalizeWord(text.slice(starts[index], ends[index]));
}

/** Odd, so that no multiplication loses a bit. */
const base = 0x2c9277b5;

/** Calls back with the hash of every `gram` words in a row and the number of the first. */
function eachGram({ hashes, length }: WordList, gram: number, visit: (hash: number, start: number) => void): void {
  let leading = 1;
  for (let times = 0; times < gram; times++) leading = Math.imul(leading, base);
  let polynomial = 0;
  for (let index = 0; index < length; index++) {
    polynomial = (Math.imul(polynomial, base) + hashes[index]!) | 0;
    if (index >= gram) polynomial = (polynomial - Math.imul(leading, hashes[index - gram]!)) | 0;
    if (index >= gram - 1) visit(mix32(polynomial), index - gram + 1);
  }
}

function hashOf({ hashes }: WordList, start: number, end: number): number {
  let polynomial = 0;
  for (let index = start; index < end; index++) polynomial = (Math.imul(polynomial, base) + hashes[index]!) | 0;
  return mix32(polynomial);
}
