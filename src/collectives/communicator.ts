/** Numbers that every collective moves; doubles are for sums of losses and norms. @public */
export type CollectiveArray = Float32Array | Float64Array;

/**
 * How the ranks of a job exchange numbers.
 *
 * Every rank calls the same collectives in the same order, with arrays of the same lengths; a rank that does not is an
 * error on every rank, never a wrong result. Calls return at once and are carried out in the order they were made, so
 * that the next block can be gathered while this one is computed. An array that was given must be left alone until the
 * promise settles. Sums are taken in the order of the ranks: the same inputs give the same bits, whatever the timing.
 *
 * When a rank dies, throws or stops answering, every pending and every later call of the others rejects with a
 * {@link RankError} that names it.
 *
 * @public
 */
export interface Communicator extends AsyncDisposable {
  /** Counts from 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly worldSize: number;
  /** What carries it: `single`, `threads` or `mpi`. */
  readonly backend: string;
  /**
   * Zeros in memory that this communicator moves with the fewest copies. Any other array may be given as well. Keep it and
   * use it again: what is dropped may be given back late.
   */
  allocate(length: number): Float32Array;
  /**
   * Puts every rank's shard together.
   *
   * @param shard - this rank's {@link shardRange} of `whole`; may be that very part of it.
   * @param whole - filled on every rank.
   */
  allGather(shard: Float32Array, whole: Float32Array): Promise<void>;
  /**
   * Sums an array over the ranks and leaves each with its shard of the sum.
   *
   * @param whole - of the same length on every rank; unchanged.
   * @param shard - filled with this rank's {@link shardRange} of the sum.
   */
  reduceScatter(whole: Float32Array, shard: Float32Array): Promise<void>;
  /** Sums an array over the ranks, in place on all of them. */
  allReduce(values: CollectiveArray): Promise<void>;
  /** Copies one rank's array to all others, in place. */
  broadcast(values: CollectiveArray, root: number): Promise<void>;
  /** Settles when every rank has called it. */
  barrier(): Promise<void>;
}
