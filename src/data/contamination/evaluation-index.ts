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

/** Where n-grams of one length are. The filter, by a hash's high bits, spares nearly all words of nearly all messages the map. */
class GramPlaces {
  readonly #filter = new Uint8Array(2 ** 16);
  readonly #places = new Map<number, Place[]>();

  add(hash: number, place: Place): void {
    this.#filter[hash >>> 16] = 1;
    const same = this.#places.get(hash);
    if (same === undefined) this.#places.set(hash, [place]);
    // An n-gram that a text repeats is found once.
    else if (same.at(-1)!.item !== place.item) same.push(place);
  }

  get(hash: number): readonly Place[] {
    return this.#filter[hash >>> 16] === 0 ? nowhere : (this.#places.get(hash) ?? nowhere);
  }
}

const nowhere: readonly Place[] = [];

/**
 * Evaluation texts by their n-grams: those with n words or more by every n words in a row, shorter ones by all their words, and the
 * shortest apart, as whole messages.
 */
export class EvaluationIndex {
  readonly texts: readonly IndexedText[];
  readonly #placesByLength = new Map<number, GramPlaces>();
  readonly #wholeMessages = new GramPlaces();

  constructor(texts: Iterable<EvaluationText>, { words, wholeMessageBelow }: Resolved<ContaminationConfig>) {
    this.texts = Array.from(texts, ({ id, text, part = 'question' }) => ({ id, part, text, words: wordsOf(text) }));
    for (const item of this.texts) {
      const { length } = item.words;
      if (length === 0) continue;
      const gram = Math.min(length, words);
      const whole = length < wholeMessageBelow;
      const places = whole ? this.#wholeMessages : (this.#placesByLength.get(gram) ?? new GramPlaces());
      if (!whole) this.#placesByLength.set(gram, places);
      eachGram(item.words, gram, (hash, start) => places.add(hash, { item, start }));
    }
  }

  /** Runs of words that a message shares with any evaluation text, as long as they go. */
  sharedRuns(message: string): SharedRun[] {
    const words = wordsOf(message);
    const runs: SharedRun[] = [];
    if (words.length === 0) return runs;
    for (const [gram, places] of this.#placesByLength) {
      // Where the last run of each text ends: what begins inside it is seen already.
      const ends = new Map<IndexedText, number>();
      eachGram(words, gram, (hash, at) => {
        for (const { item, start } of places.get(hash)) {
          if (at < (ends.get(item) ?? 0)) continue;
          const length = sharedLength(item, start, message, words, at);
          if (length < gram) continue;
          runs.push({ item, itemStart: start, messageStart: at, length });
          ends.set(item, at + length);
        }
      });
    }
    for (const { item } of this.#wholeMessages.get(hashOf(words)))
      if (item.words.length === words.length && sharedLength(item, 0, message, words, 0) === words.length)
        runs.push({ item, itemStart: 0, messageStart: 0, length: words.length });
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

function hashOf({ hashes, length }: WordList): number {
  let polynomial = 0;
  for (let index = 0; index < length; index++) polynomial = (Math.imul(polynomial, base) + hashes[index]!) | 0;
  return mix32(polynomial);
}
