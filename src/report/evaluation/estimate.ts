import type { Interval } from '../statistics/index.js';

/**
 * A number of the evaluation and how far chance in the choice of questions may have moved it.
 *
 * @public
 */
export interface Estimate {
  /** The number itself, from all questions. Shares and rates are from 0 to 1. */
  readonly value: number;
  /**
   * Percentile bootstrap interval at the summary's confidence, questions resampled with everything said about them.
   * Absent with fewer than two questions.
   */
  readonly interval?: Interval | undefined;
}
