/** What decides how often to save. @public */
export interface CheckpointTiming {
  /** Seconds that training stands still for one checkpoint. */
  readonly checkpointSeconds: number;
  /** Mean seconds between losses of the job: of any of its machines. */
  readonly meanSecondsBetweenLosses: number;
}

/**
 * Seconds of training between checkpoints that lose the least: too often and saving costs more than it protects, too rarely
 * and each loss takes more work with it.
 *
 * Daly's estimate (J. T. Daly, "A higher order estimate of the optimum checkpoint interval for restart dumps", FGCS 22,
 * 2006, eq. 37), which refines Young's square root (J. W. Young, CACM 17, 1974) for losses that are not rare. Infinity where
 * nothing is ever lost.
 *
 * @public
 */
export function optimalCheckpointInterval({ checkpointSeconds, meanSecondsBetweenLosses }: CheckpointTiming): number {
  const [delta, mean] = [checkpointSeconds, meanSecondsBetweenLosses];
  if (mean === Number.POSITIVE_INFINITY) return mean;
  if (delta >= 2 * mean) return mean;
  const ratio = Math.sqrt(delta / (2 * mean));
  return Math.sqrt(2 * delta * mean) * (1 + ratio / 3 + ratio ** 2 / 9) - delta;
}

/** One attempt after another until some stretch has gone through without a loss. */
export interface LossyStretch {
  /** Seconds without loss that the stretch needs. */
  readonly seconds: number;
  readonly meanSecondsBetweenLosses: number;
  /** Mean seconds from a loss to the next attempt. */
  readonly recoverySeconds: number;
}

/**
 * Mean seconds that a stretch takes when losses are a Poisson process and each starts it over:
 * `(e^(s/M) - 1)(M + R)` (Daly 2006, eq. 9 to 12).
 */
export function expectedSeconds({ seconds, meanSecondsBetweenLosses: mean, recoverySeconds }: LossyStretch): number {
  if (mean === Number.POSITIVE_INFINITY) return seconds;
  return Math.expm1(seconds / mean) * (mean + recoverySeconds);
}
