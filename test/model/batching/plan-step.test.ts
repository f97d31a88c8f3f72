import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planStep } from '../../../src/model/batching/plan-step.js';

describe('a step', () => {
  it('gives replies their token, and shares the rest among prompts', () => {
    expect(planStep([1, 1], 8)).toEqual([1, 1]);
    expect(planStep([1, 500, 1], 8)).toEqual([1, 6, 1]);
    expect(planStep([500, 1, 300], 101)).toEqual([50, 1, 50]);
  });

  it('gives what a short prompt does not need to the long ones, whoever came first', () => {
    expect(planStep([4000, 20], 512)).toEqual([492, 20]);
    expect(planStep([20, 4000], 512)).toEqual([20, 492]);
    expect(planStep([10, 4000, 3000], 110)).toEqual([10, 50, 50]);
  });

  it('is full where it can be, fair, and starves nobody', () => {
    const sequences = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(sequences, fc.nat(100), (pending, more) => {
        const stepTokens = pending.length + more;
        const counts = planStep(pending, stepTokens);
        const sum = (list: readonly number[]) => list.reduce((total, count) => total + count, 0);
        expect(sum(counts)).toBe(Math.min(stepTokens, sum(pending)));
        const most = Math.max(...counts);
        for (const [index, count] of counts.entries()) {
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(pending[index]!);
          // Who gets less than it wants gets as much as anybody, but for what cannot be divided.
          if (count < pending[index]!) expect(count).toBeGreaterThanOrEqual(most - 1);
        }
      }),
    );
  });
});
