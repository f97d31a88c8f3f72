import { mix32, WordScanner } from '../words/index.js';

/** Beyond so many shingles of a conversation nothing is compared: 6 MB of English, a tenth of a second of work. */
export const mostShingles = 2 ** 20;

/**
 * Hashes of all shingles: every so many words in a row (Broder 1997), from one text into the next. Texts with fewer words
 * are one shingle by themselves; without a word there is none.
 *
 * @returns one unsigned 32-bit number a shingle, in their order, repeated ones included.
 */
export function shinglesOf(texts: Iterable<string>, shingleWords: number): Uint32Array<ArrayBuffer> {
  let shingles = new Uint32Array(256);
  let count = 0;
  // The hash of a shingle is a polynomial of its words' hashes, so that the next one takes two multiplications.
  const window = new Int32Array(shingleWords);
  const leading = power(base, shingleWords);
  let polynomial = 0;
  let words = 0;
  let slot = 0;
  for (const text of texts) {
    const scanner = new WordScanner(text);
    while (count < mostShingles && scanner.next()) {
      polynomial = (Math.imul(polynomial, base) + scanner.hash - Math.imul(leading, window[slot]!)) | 0;
      window[slot] = scanner.hash;
      slot = slot + 1 === shingleWords ? 0 : slot + 1;
      if (++words < shingleWords) continue;
      if (count === shingles.length) shingles = doubled(shingles);
      shingles[count++] = mix32(polynomial);
    }
  }
  if (count > 0) return shingles.subarray(0, count);
  return words === 0 ? new Uint32Array(0) : Uint32Array.of(mix32(polynomial));
}

/** Sorted, each once. Sorts the array it is given. */
export function distinct(shingles: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  shingles.sort();
  let count = 0;
  for (let index = 0; index < shingles.length; index++)
    if (index === 0 || shingles[index] !== shingles[index - 1]) shingles[count++] = shingles[index]!;
  return shingles.slice(0, count);
}

/** Jaccard similarity of two sets: of all that is in either, how much is in both. Sorted, each element once. */
export function jaccard(first: Uint32Array, second: Uint32Array): number {
  if (first.length === 0 && second.length === 0) return 0;
  let shared = 0;
  for (let here = 0, there = 0; here < first.length && there < second.length; ) {
    const left = first[here]!;
    const right = second[there]!;
    if (left === right) shared++;
    if (left <= right) here++;
    if (right <= left) there++;
  }
  return shared / (first.length + second.length - shared);
}

/** Odd, so that no multiplication loses a bit. */
const base = 0x2c9277b5;

function power(of: number, exponent: number): number {
  let product = 1;
  for (let times = 0; times < exponent; times++) product = Math.imul(product, of);
  return product;
}

function doubled(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(2 * numbers.length);
  grown.set(numbers);
  return grown;
}
