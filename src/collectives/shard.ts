/** Half-open range of a vector. @public */
export interface ShardRange {
  /** Index of the first element. */
  readonly start: number;
  /** Index past the last element. */
  readonly end: number;
}

/** Elements that shards begin at multiples of: a cache line of floats, so that no two ranks write to the same one. */
const ALIGNMENT = 16;

/**
 * The part of a vector that a rank owns: equal parts but for the last ones, which may be shorter or empty.
 *
 * @param length - elements of the whole vector.
 * @param rank - counts from 0.
 * @public
 */
export function shardRange(length: number, rank: number, worldSize: number): ShardRange {
  const part = Math.ceil(length / worldSize / ALIGNMENT) * ALIGNMENT;
  const start = Math.min(length, rank * part);
  return { start, end: Math.min(length, start + part) };
}
