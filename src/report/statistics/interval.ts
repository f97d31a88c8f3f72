/** Two ends, both within. @public */
export interface Interval {
  /** The lower end of it. */
  readonly low: number;
  /** The upper end of it. */
  readonly high: number;
}

/**
 * The value below which a share of others lies, interpolated between the two nearest (Hyndman and Fan's type 7, the
 * default of R and NumPy).
 *
 * @param sorted - ascending, at least one.
 * @param share - from 0 to 1.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/**
 * What a share may be that came out as 0 or 1 in every one of `units` trials, where resampling shows nothing else: the
 * exact binomial interval (Clopper and Pearson 1934).
 *
 * @param share - 0 or 1.
 */
export function extremeShareInterval(share: number, units: number, confidence: number): Interval {
  const reach = ((1 - confidence) / 2) ** (1 / units);
  return share === 1 ? { low: reach, high: 1 } : { low: 0, high: 1 - reach };
}

/**
 * The middle of a bootstrap distribution: what lies between its outer tails (Efron's percentile interval).
 *
 * @param sorted - ascending, at least one.
 * @param confidence - 0.95 leaves out 2.5 % on either side.
 */
export function percentileInterval(sorted: ArrayLike<number>, confidence: number): Interval {
  const tail = (1 - confidence) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}
