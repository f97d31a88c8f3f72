import { WordScanner } from '../words/index.js';

/** Most words of a message that are looked at: 6 MB of English. */
const mostWords = 2 ** 20;

/** The words of a text: their hashes, and where they lie in it, in UTF-16 units. */
export interface WordList {
  readonly length: number;
  readonly hashes: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

export function wordsOf(text: string): WordList {
  const scanner = new WordScanner(text);
  let [hashes, starts, ends] = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)];
  let length = 0;
  while (length < mostWords && scanner.next()) {
    if (length === hashes.length) [hashes, starts, ends] = [doubled(hashes), doubled(starts), doubled(ends)];
    hashes[length] = scanner.hash;
    starts[length] = scanner.start;
    ends[length++] = scanner.end;
  }
  return { length, hashes, starts, ends };
}

function doubled(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * numbers.length);
  grown.set(numbers);
  return grown;
}
