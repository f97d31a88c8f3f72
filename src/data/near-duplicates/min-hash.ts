import { VicunaError } from '../../core/index.js';
import { mix32 } from '../words/index.js';
import { distinct } from './shingles.js';

const manyRounds = 6;

/**
 * The MinHash signature of a set: two sets agree in each place of their signatures with a probability that is their Jaccard
 * similarity.
 *
 * Every element falls into one of the signature's bins, and each bin keeps its least hash; as long as a bin is empty there is
 * another round, with other hashes. That is the fast similarity sketch of Dahlgaard, Knudsen and Thorup (FOCS 2017), which
 * estimates at least as well as one hash function a place does, and takes n + k log k steps instead of n times k: for 500
 * words and 128 places, an eighth of the time.
 *
 * @param elements - unsigned 32-bit hashes, well mixed; repeated ones change nothing.
 * @param size - places of the signature.
 * @returns `undefined` for an empty set, which is like no other.
 */
export function signatureOf(
  elements: Uint32Array<ArrayBuffer>,
  size: number,
  seed: number,
): Uint32Array<ArrayBuffer> | undefined {
  if (elements.length === 0) return undefined;
  const signature = new Uint32Array(size);
  const filledIn = new Int32Array(size).fill(-1);
  const scale = size / 2 ** 32;
  let set = elements;
  let empty = size;
  for (let round = 0; empty > 0 && round < size; round++) {
    // A large set has filled everything by now: this is few elements, and may be one a million times.
    if (round === manyRounds) set = distinct(elements.slice());
    const roundSeed = seedOf(seed, round);
    for (let index = 0; index < set.length; index++) {
      const value = mix32(set[index]! ^ roundSeed);
      const bin = (value * scale) | 0;
      const filled = filledIn[bin]!;
      if (filled === round) {
        if (value < signature[bin]!) signature[bin] = value;
      } else if (filled < 0) {
        filledIn[bin] = round;
        signature[bin] = value;
        empty--;
      }
    }
  }
  // What chance has left empty, in very small sets, takes everything once.
  for (let bin = 0; empty > 0 && bin < size; bin++) {
    if (filledIn[bin]! >= 0) continue;
    const roundSeed = seedOf(seed, size + bin);
    let least = 0xffffffff;
    for (let index = 0; index < set.length; index++) {
      const value = mix32(set[index]! ^ roundSeed);
      if (value < least) least = value;
    }
    signature[bin] = least;
    empty--;
  }
  return signature;
}

/**
 * Estimates how alike two texts are from their signatures (see {@link minHashSignature}): an unbiased estimate of the Jaccard
 * similarity of their shingles, with a standard error of at most sqrt(J (1 - J) / permutations): 0.035 at 0.8 for 128.
 *
 * @throws VicunaError `data-malformed` where they have not the same length.
 * @public
 */
export function estimateSimilarity(first: Uint32Array, second: Uint32Array): number {
  if (first.length !== second.length || first.length === 0)
    throw new VicunaError(
      'data-malformed',
      `Signatures of ${first.length} and ${second.length} permutations cannot be compared; make both with one configuration.`,
    );
  let equal = 0;
  for (let index = 0; index < first.length; index++) if (first[index] === second[index]) equal++;
  return equal / first.length;
}

const goldenRatio = 0x9e3779b9;

/** One round's hash function: the same mixing of other numbers. */
function seedOf(seed: number, round: number): number {
  return mix32(mix32(seed ^ Math.imul(Math.floor(seed / 2 ** 32), goldenRatio)) + Math.imul(round + 1, goldenRatio));
}
