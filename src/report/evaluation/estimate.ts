import {
  type Bootstrapped,
  bootstrap,
  extremeShareInterval,
  type Interval,
  percentileInterval,
} from '../statistics/index.js';
import type { EvaluationSettings } from './config.js';

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
   * A share that is 0 or 1 on every question, which no resample can show otherwise, has the exact binomial interval of
   * those questions instead. Absent with fewer than two questions, and where the number cannot be told in most resamples.
   */
  readonly interval?: Interval | undefined;
}

/** Resamples questions and computes numbers on them. */
export interface Resampler {
  readonly settings: EvaluationSettings;
  /** Names what is computed, so that its resamples do not depend on what else is. */
  readonly stream: string;
}

/** Numbers with their intervals, and their resamples for tests. */
export interface Estimates<Name extends string> {
  readonly estimates: Readonly<Record<Name, Estimate | undefined>>;
  readonly samples: Bootstrapped<Name>['samples'];
}

/**
 * @param compute - see {@link bootstrap}.
 * @param shares - which numbers are shares, and of how many questions.
 */
export function estimate<Name extends string>(
  units: number,
  { settings, stream }: Resampler,
  compute: (counts: Uint32Array) => Record<Name, number | undefined>,
  shares?: Readonly<Partial<Record<NoInfer<Name>, number>>>,
): Estimates<Name> {
  const { values, samples } = bootstrap(units, { ...settings, stream }, compute);
  const estimates = (Object.keys(values) as Name[]).map((name) => {
    const value = values[name];
    if (value === undefined) return [name, undefined] as const;
    const questions = shares?.[name];
    const isExtreme = questions !== undefined && units > 1 && (value === 0 || value === 1);
    const interval = isExtreme
      ? extremeShareInterval(value, questions, settings.confidence)
      : intervalOf(samples[name], settings);
    return [name, { value, ...(interval && { interval }) }] as const;
  });
  return { estimates: Object.fromEntries(estimates) as Record<Name, Estimate | undefined>, samples };
}

/** @returns `undefined` where fewer than half of the resamples have the number. */
export function intervalOf(sorted: Float64Array, { resamples, confidence }: EvaluationSettings): Interval | undefined {
  return sorted.length * 2 < resamples ? undefined : percentileInterval(sorted, confidence);
}

/** @returns `undefined` where there is nothing to divide by. */
export const ratio = (numerator: number, denominator: number): number | undefined =>
  denominator === 0 ? undefined : numerator / denominator;

/** @returns the same without what is `undefined`, so that JSON gives back what it got. */
export function present<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Value;
}
