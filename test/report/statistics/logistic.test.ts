import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLogistic, isSeparated, logistic } from '../../../src/report/statistics/index.js';
import { goldens } from './goldens.js';

const dataOf = (x: readonly number[], outcome: readonly number[], weight: readonly number[] = x.map(() => 1)) => ({
  x: Float64Array.from(x),
  outcome: Float64Array.from(outcome),
  weight: Float64Array.from(weight),
});

describe('fitLogistic', () => {
  it.each(goldens.logistics.map((golden) => ({ size: golden.x.length, ...golden })))(
    'equals scikit-learn without penalty on $size outcomes, ties and weights among them',
    ({ x, outcome, weight, intercept, slope }) => {
      const data = dataOf(x, outcome, weight);
      const fit = fitLogistic(data);
      expect(isSeparated(data)).toBe(false);
      expect(Math.abs(fit.intercept - intercept)).toBeLessThan(1e-6);
      expect(Math.abs(fit.slope - slope)).toBeLessThan(1e-6);
    },
  );

  it('finds the same from anywhere', () => {
    const { x, outcome, weight } = goldens.logistics[0]!;
    const near = fitLogistic(dataOf(x, outcome, weight));
    const far = fitLogistic(dataOf(x, outcome, weight), { intercept: 20, slope: -30 });
    expect(far.intercept).toBeCloseTo(near.intercept, 8);
    expect(far.slope).toBeCloseTo(near.slope, 8);
  });

  it('mirrors when the two sides are swapped', () => {
    const rows = fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 0.5, 1));
    fc.assert(
      fc.property(fc.array(rows, { minLength: 1, maxLength: 40 }), (pairs) => {
        const x = pairs.map(([value]) => value);
        const outcome = pairs.map(([, value]) => value);
        const fit = fitLogistic(dataOf(x, outcome));
        const mirrored = fitLogistic(
          dataOf(
            x.map((value) => -value),
            outcome.map((value) => 1 - value),
          ),
        );
        expect(logistic(mirrored.intercept)).toBeCloseTo(1 - logistic(fit.intercept), 6);
      }),
    );
  });

  it('stays finite where a threshold parts wins from losses, and says so', () => {
    const parted = dataOf([-2, -1, 1, 2], [0, 0, 1, 1]);
    expect(isSeparated(parted)).toBe(true);
    expect(fitLogistic(parted).slope).toBeGreaterThan(5);
    expect(logistic(fitLogistic(parted).intercept)).toBeCloseTo(0.5, 6);

    const allWon = dataOf([-1, 0, 1], [1, 1, 1]);
    expect(isSeparated(allWon)).toBe(true);
    expect(logistic(fitLogistic(allWon).intercept)).toBeGreaterThan(0.999);
  });

  it('takes no notice of what has no weight', () => {
    expect(isSeparated(dataOf([-1, 1, 5], [0, 1, 0], [1, 1, 0]))).toBe(true);
    expect(isSeparated(dataOf([-1, 1, 5], [0, 1, 0]))).toBe(false);
  });
});
