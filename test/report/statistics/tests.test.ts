import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalUpperTail } from '../../../src/report/statistics/distributions.js';
import { signedRankTest, signTest } from '../../../src/report/statistics/index.js';
import { goldens } from './goldens.js';

describe('signTest', () => {
  it.each(goldens.signTests)('is the exact binomial test: $wins to $losses', ({ wins, losses, pValue }) => {
    expect(signTest(wins, losses)).toBeCloseTo(pValue, 9);
    expect(signTest(wins, losses) / pValue).toBeCloseTo(1, 7);
  });

  it('does not care who wins, and is a probability', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), (wins, losses) => {
        const p = signTest(wins, losses);
        expect(p).toBe(signTest(losses, wins));
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is surer the more uneven the outcome is', () => {
    for (let wins = 50; wins < 100; wins++)
      expect(signTest(wins + 1, 99 - wins)).toBeLessThan(signTest(wins, 100 - wins));
  });
});

describe('signedRankTest', () => {
  it.each(goldens.signedRankTests)('equals SciPy: $name', ({ differences, positiveRanks, lesserRanks, pValue }) => {
    const test = signedRankTest(differences);
    expect(test.positiveRanks).toBeCloseTo(positiveRanks, 9);
    expect(Math.min(test.positiveRanks, test.negativeRanks)).toBeCloseTo(lesserRanks, 9);
    expect(test.pValue).toBeCloseTo(pValue, 9);
  });

  it('mirrors when the two sides are swapped', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -18, max: 18 }), { maxLength: 80 }), (doubled) => {
        const test = signedRankTest(doubled.map((value) => value / 2));
        const mirrored = signedRankTest(doubled.map((value) => -value / 2));
        expect(mirrored.positiveRanks).toBe(test.negativeRanks);
        expect(mirrored.pValue).toBe(test.pValue);
        expect(test.positiveRanks + test.negativeRanks).toBe((test.differences * (test.differences + 1)) / 2);
      }),
    );
  });

  it('ranks differences that differ by rounding alone as equal', () => {
    const test = signedRankTest([8.3 - 8.1, 7.3 - 7.1, 7.1 - 7.3, 0.1 + 0.2 - 0.3]);
    expect(test).toMatchObject({ differences: 3, positiveRanks: 4 });
  });

  it('says nothing of no differences', () => {
    expect(signedRankTest([0, 0])).toEqual({
      differences: 0,
      positiveRanks: 0,
      negativeRanks: 0,
      method: 'exact',
      pValue: 1,
    });
  });
});

it.each(goldens.normalTails)('normalUpperTail($z) is exact to 1e-12 of itself', ({ z, tail }) => {
  expect(normalUpperTail(z) / tail).toBeCloseTo(1, 12);
});
