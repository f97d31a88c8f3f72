import { describe, expect, it } from 'vitest';
import { dropoutMask, mixBits } from '../../src/engine/dropout.js';

const places = (sequences: number, length: number) => ({
  sequenceIds: Int32Array.from({ length: sequences * length }, (_, token) => Math.floor(token / length)),
  positions: Int32Array.from({ length: sequences * length }, (_, token) => token % length),
});
const dropout = { rate: 0.25, seed: 4_294_967_290, target: 'q_proj' } as const;

/** Share of the elements that are dropped in both masks. */
function dropsInBoth(a: Float32Array, b: Float32Array): number {
  return a.filter((factor, index) => factor === 0 && b[index] === 0).length / a.length;
}

describe('dropout', () => {
  it('drops at its rate in every row and column, and scales what it keeps so that the mean stays', () => {
    const [tokens, columns] = [400, 500];
    const mask = dropoutMask(dropout, places(4, tokens / 4), columns);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(4 / 3)]));
    const rows = new Float64Array(tokens);
    const sums = new Float64Array(columns);
    mask.forEach((factor, index) => {
      rows[Math.floor(index / columns)]! += factor / columns;
      sums[index % columns]! += factor / tokens;
    });
    const mean = rows.reduce((sum, row) => sum + row, 0) / tokens;
    // Five standard deviations of a mean of so many independent draws.
    const spread = (draws: number) => 5 * Math.sqrt((1 / 0.75 - 1) / draws);
    expect(Math.abs(mean - 1)).toBeLessThan(spread(tokens * columns));
    for (const row of rows) expect(Math.abs(row - 1)).toBeLessThan(spread(columns));
    for (const column of sums) expect(Math.abs(column - 1)).toBeLessThan(spread(tokens));
  });

  it('draws neighbours, sequences, maps and seeds independently of each other', () => {
    const mask = dropoutMask(dropout, places(2, 100), 300);
    const others = [
      mask.subarray(1),
      mask.subarray(300),
      mask.subarray(100 * 300),
      dropoutMask({ ...dropout, target: 'k_proj' }, places(2, 100), 300),
      dropoutMask({ ...dropout, seed: dropout.seed + 1 }, places(2, 100), 300),
    ];
    for (const other of others) {
      const both = dropsInBoth(mask.subarray(0, other.length), other);
      expect(Math.abs(both - 0.25 ** 2)).toBeLessThan(5 * Math.sqrt(0.25 ** 2 / other.length));
    }
  });

  it('makes of a token what it makes of it in any other batch', () => {
    const whole = dropoutMask(dropout, places(3, 5), 7);
    const last = dropoutMask(dropout, { sequenceIds: Int32Array.of(2), positions: Int32Array.of(4) }, 7);
    expect(last).toEqual(whole.slice(-7));
  });

  it('drops nothing at a rate of 0', () => {
    expect(new Set(dropoutMask({ ...dropout, rate: 0 }, places(1, 9), 9))).toEqual(new Set([1]));
  });

  it('mixes without losing anything', () => {
    const words = Array.from({ length: 100_000 }, (_, index) => mixBits(index));
    expect(new Set(words).size).toBe(words.length);
  });
});
