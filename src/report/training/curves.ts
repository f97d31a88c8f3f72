import type { BandPoint, Point } from '../html/charts/index.js';

/**
 * A noisy curve of any number of steps, made small enough to draw: the steps are divided into ranges of equal length, and
 * of each the smallest and largest value are kept. No spike gets lost, which picking steps (or LTTB) cannot promise.
 */
export function envelope(x: Float64Array, y: Float64Array, ranges: number): BandPoint[] {
  const band: BandPoint[] = [];
  for (const [from, to] of rangesOf(x.length, ranges)) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let index = from; index < to; index++) {
      const value = y[index]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (low <= high) band.push([(x[from]! + x[to - 1]!) / 2, low, high]);
  }
  return band;
}

/** One point of each range, its last: enough of a curve that is smooth. */
export function sampled(x: Float64Array, y: Float64Array, ranges: number): Point[] {
  const points: Point[] = [];
  for (const [from, to] of rangesOf(x.length, ranges)) {
    if (from === 0 && to > 1 && Number.isFinite(y[0])) points.push([x[0]!, y[0]!]);
    if (Number.isFinite(y[to - 1])) points.push([x[to - 1]!, y[to - 1]!]);
  }
  return points;
}

/**
 * Exponentially weighted mean, each step with weight 2 / (window + 1), corrected for its beginning as Adam's moments are
 * (Kingma and Ba 2015). What is no number is passed over.
 */
export function smoothed(y: Float64Array, window: number): Float64Array {
  const weight = 2 / (window + 1);
  const smooth = new Float64Array(y.length);
  let sum = 0;
  let weights = 0;
  for (const [index, value] of y.entries()) {
    if (Number.isFinite(value)) {
      sum += weight * (value - sum);
      weights += weight * (1 - weights);
    }
    smooth[index] = weights === 0 ? Number.NaN : sum / weights;
  }
  return smooth;
}

function* rangesOf(length: number, ranges: number): Generator<readonly [from: number, to: number]> {
  const parts = Math.min(length, ranges);
  for (let part = 0; part < parts; part++)
    yield [Math.floor((part * length) / parts), Math.floor(((part + 1) * length) / parts)];
}
