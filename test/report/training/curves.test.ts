import { describe, expect, test } from 'vitest';
import { envelope, sampled, smoothed } from '../../../src/report/training/curves.js';

const steps = (length: number) => Float64Array.from({ length }, (_, index) => index + 1);

describe('a curve of many steps', () => {
  test('keeps its one spike when it is made small', () => {
    const loss = new Float64Array(100_000).fill(1);
    loss[77_777] = 50;
    const band = envelope(steps(100_000), loss, 360);
    expect(band).toHaveLength(360);
    expect(band.filter(([, , high]) => high === 50)).toHaveLength(1);
    expect(band.every(([, low]) => low === 1)).toBe(true);
  });

  test('is itself where it is short', () => {
    expect(envelope(steps(3), Float64Array.of(3, 1, 2), 360)).toEqual([
      [1, 3, 3],
      [2, 1, 1],
      [3, 2, 2],
    ]);
    expect(sampled(steps(3), Float64Array.of(3, 1, 2), 360)).toEqual([
      [1, 3],
      [2, 1],
      [3, 2],
    ]);
  });

  test('begins at its first step and ends at its last', () => {
    const points = sampled(steps(1000), steps(1000), 10);
    expect(points[0]).toEqual([1, 1]);
    expect(points.at(-1)).toEqual([1000, 1000]);
  });

  test('passes over what is no number', () => {
    const loss = Float64Array.of(1, Number.NaN, 3, Number.POSITIVE_INFINITY);
    expect(envelope(steps(4), loss, 1)).toEqual([[2.5, 1, 3]]);
    expect([...smoothed(Float64Array.of(2, Number.NaN, 2), 9)]).toEqual([2, 2, 2]);
    expect([...smoothed(Float64Array.of(Number.NaN, 4), 9)]).toEqual([Number.NaN, 4]);
  });
});

test('smoothing is the weighted mean that its definition says', () => {
  const values = [4, 2, 7, 1];
  const weight = 2 / (5 + 1);
  const expected = values.map((_, last) => {
    const weights = values.slice(0, last + 1).map((_, index) => (1 - weight) ** (last - index));
    const sum = weights.reduce((total, one) => total + one, 0);
    return weights.reduce((total, one, index) => total + one * values[index]!, 0) / sum;
  });
  for (const [index, value] of smoothed(Float64Array.from(values), 5).entries())
    expect(value).toBeCloseTo(expected[index]!, 12);
});
