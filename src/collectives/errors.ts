import { VicunaError } from '../core/index.js';

/** What a {@link RankError} is about. @public */
export interface RankFailure {
  /** The rank that died, threw, left or stopped answering. Counts from 0. */
  readonly rank: number;
  /** What happened to it, as the end of the sentence "Rank 1 ...". */
  readonly problem: string;
  /** The error behind it, where there is one. */
  readonly cause?: unknown;
}

/** A rank of the job failed, and with it the job: what every other rank gets. Code `rank-failed`. @public */
export class RankError extends VicunaError {
  /** The rank that failed. Counts from 0. */
  readonly rank: number;
  /** What happened to it, as the end of the sentence "Rank 1 ...". */
  readonly problem: string;

  /** Describes the failure of one rank to the others. */
  constructor({ rank, problem, cause }: RankFailure) {
    super('rank-failed', `Rank ${rank} ${problem}`, cause === undefined ? undefined : { cause });
    this.rank = rank;
    this.problem = problem;
  }
}

/**
 * The ranks of a job did not make the same call: the message says what each of them called. Nothing was moved, and every
 * later call fails in the same way. Code `collective-mismatch`.
 *
 * @public
 */
export class CollectiveMismatchError extends VicunaError {
  /**
   * Lists the calls that should have been one and the same.
   *
   * @param calls - what each rank called, in the order of the ranks.
   */
  constructor(calls: readonly string[]) {
    const lines = calls.map((call, rank) => `  rank ${rank}: ${call}`);
    super(
      'collective-mismatch',
      `Every rank must make the same collective calls, in the same order, on arrays of the same lengths. This time:\n${lines.join('\n')}`,
    );
  }
}
