import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import { bootstrap, bootstrapPValue, percentileInterval } from '../../../src/report/statistics/index.js';
import { goldens } from './goldens.js';

const sumOf = (values: readonly number[], counts: ArrayLike<number>) =>
  values.reduce((sum, value, unit) => sum + value * counts[unit]!, 0);

describe('bootstrap', () => {
  const { a, b, ...golden } = goldens.bootstrap;
  const { values, samples } = bootstrap(a.length, golden, (counts) => ({
    ratio: sumOf(a, counts) / sumOf(b, counts),
    difference: (sumOf(a, counts) - sumOf(b, counts)) / a.length,
  }));

  it.each(Object.entries(golden.ratio))(
    'gives the interval that NumPy gives at %s, drawing the same units',
    (confidence, expected) => {
      const { low, high } = percentileInterval(samples.ratio, Number(confidence));
      expect(low).toBeCloseTo(expected[0], 9);
      expect(high).toBeCloseTo(expected[1], 9);
    },
  );

  it('gives the p-value that NumPy gives, drawing the same units', () => {
    const { low, high } = percentileInterval(samples.difference, 0.95);
    expect([low, high]).toEqual(golden.difference.map((end) => expect.closeTo(end, 9)));
    expect(bootstrapPValue(samples.difference, 0)).toBeCloseTo(golden.pValue, 12);
  });

  it('computes each number of the sample itself too', () => {
    const ones = a.map(() => 1);
    expect(values.ratio).toBeCloseTo(sumOf(a, ones) / sumOf(b, ones), 12);
  });

  it('is the same for the same seed, and another for another stream', () => {
    const draws = (stream: string) =>
      bootstrap(9, { seed: 3, stream, resamples: 50 }, (counts) => ({ first: counts[0] })).samples.first;
    expect(draws('x')).toEqual(draws('x'));
    expect(draws('x')).not.toEqual(draws('y'));
  });

  it('has no resamples of one unit, and leaves out those in which a number cannot be told', () => {
    const run = (units: number) =>
      bootstrap(units, { seed: 1, stream: '', resamples: 200 }, (counts) => ({
        withFirst: counts[0] === 0 ? undefined : 1,
      }));
    expect(run(1).samples.withFirst).toHaveLength(0);
    expect(run(4).samples.withFirst.length).toBeLessThan(200);
    expect(run(0).values.withFirst).toBe(1);
  });
});

it('95 % intervals hold the truth about 95 times of 100', () => {
  const random = Random.fromSeed(1, 'coverage');
  const truth = 0.8;
  let held = 0;
  for (let sample = 0; sample < 300; sample++) {
    const b = Array.from({ length: 60 }, () => 5 + random.normal());
    const a = b.map((value) => truth * value + random.normal());
    const { samples } = bootstrap(60, { seed: sample, stream: 'coverage', resamples: 200 }, (counts) => ({
      ratio: sumOf(a, counts) / sumOf(b, counts),
    }));
    const { low, high } = percentileInterval(samples.ratio, 0.95);
    if (low <= truth && truth <= high) held++;
  }
  expect(held / 300).toBeGreaterThan(0.91);
  expect(held / 300).toBeLessThan(0.98);
});

it('a p-value is never 0 and never above 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 }), (samples) => {
      const p = bootstrapPValue(Float64Array.from(samples).sort(), 0)!;
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThanOrEqual(1);
    }),
  );
  expect(bootstrapPValue(new Float64Array(0), 0)).toBeUndefined();
});
