import { type LoraTarget, loraTargets } from './lora.js';

// Whether an element is dropped follows from its place alone (seed, map, sequence, position, column), so that a mask can
// be made again anywhere, in any order: in a recomputed backward, on another engine, on another rank. The native engine
// computes the same in native/kernels/dropout.h.

/** Spreads every bit of a 32-bit number over all others: a permutation (lowbias32, found by Chris Wellons' search). */
export function mixBits(word: number): number {
  let bits = word ^ (word >>> 16);
  bits = Math.imul(bits, 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return bits ^ (bits >>> 16);
}

/** Where the tokens of a batch are: the number and the position of each in its sequence, `[T]`. */
export interface TokenPlaces {
  readonly sequenceIds: Int32Array;
  readonly positions: Int32Array;
}

export interface Dropout {
  readonly rate: number;
  readonly seed: number;
  readonly target: LoraTarget;
}

/**
 * Inverted dropout: what each element of the input `[T, columns]` of a map's adapter is multiplied by, 0 or
 * 1 / (1 - rate).
 */
export function dropoutMask(
  { rate, seed, target }: Dropout,
  { sequenceIds, positions }: TokenPlaces,
  columns: number,
): Float32Array {
  const threshold = Math.round(rate * 2 ** 24);
  const kept = 1 / (1 - rate);
  const columnKeys = Int32Array.from({ length: columns }, (_, column) => mixBits(column));
  const mapKey = mixBits(mixBits(seed) ^ loraTargets.indexOf(target));
  const mask = new Float32Array(positions.length * columns);
  for (let token = 0, index = 0; token < positions.length; token++) {
    const rowKey = mixBits(mixBits(mapKey ^ sequenceIds[token]!) ^ positions[token]!);
    for (let column = 0; column < columns; column++, index++)
      mask[index] = mixBits(rowKey ^ columnKeys[column]!) >>> 8 >= threshold ? kept : 0;
  }
  return mask;
}
