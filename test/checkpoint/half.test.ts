import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  narrowToBfloat16,
  narrowToFloat16,
  widenBfloat16s,
  widenFloat16s,
} from '../../src/checkpoint/safetensors/half.js';

const every16 = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;

/** The definition: sign, power of two, fraction. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

function bfloat16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 7) & 0xff;
  const fraction = (bits & 0x7f) / 128;
  if (exponent === 255) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -126 : (1 + fraction) * 2 ** (exponent - 127));
}

/** Nearest of all finite values by looking at every one, the even one of two equally near; beyond them `-1`. */
function nearest(value: number, exact: (bits: number) => number, infinity: number): number {
  const magnitude = Math.abs(value);
  let low = 0;
  let high = infinity; // where the next power of two would be
  const at = (bits: number) => (bits === infinity ? 2 * exact(infinity - 1) - exact(infinity - 2) : exact(bits));
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (at(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - at(low);
  const above = at(high) - magnitude;
  const chosen = below < above || (below === above && low % 2 === 0) ? low : high;
  if (chosen >= infinity) return -1;
  return (Object.is(Math.sign(value), -1) || Object.is(value, -0) ? 0x8000 : 0) | chosen;
}

describe('widening', () => {
  it.each([
    ['float16', widenFloat16s, float16Value],
    ['bfloat16', widenBfloat16s, bfloat16Value],
  ])('gives the exact value of every %s', (_, widen, exact) => {
    const values = new Float32Array(0x10000);
    widen(every16, values);
    const wrong = every16.filter((bits) => !Object.is(values[bits], exact(bits)));
    expect([...wrong]).toEqual([]);
  });
});

describe('narrowing', () => {
  it.each([
    ['float16', narrowToFloat16, widenFloat16s],
    ['bfloat16', narrowToBfloat16, widenBfloat16s],
  ])('returns every %s to its own bits, infinities included, and keeps a NaN a NaN', (_, narrow, widen) => {
    const values = new Float32Array(0x10000);
    widen(every16, values);
    const bits = new Uint32Array(values.buffer);
    const wrong = every16.filter((half) =>
      Number.isNaN(values[half]) ? !isNaN16(narrow(bits[half]!), narrow) : narrow(bits[half]!) !== half,
    );
    expect([...wrong]).toEqual([]);
  });

  it.each([
    ['float16', narrowToFloat16, float16Value, 0x7c00],
    ['bfloat16', narrowToBfloat16, bfloat16Value, 0x7f80],
  ])('rounds to the nearest %s, ties to even', (_, narrow, exact, infinity) => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(narrow(bitsOf(value))).toBe(nearest(value, exact, infinity));
      }),
      { numRuns: 2000 },
    );
    // Random floats seldom lie half way between two neighbours: try every tie, and its neighbours on both sides.
    const wrong: number[] = [];
    for (let half = 0; half < infinity - 1; half++) {
      const tie = bitsOf((exact(half) + exact(half + 1)) / 2);
      const even = half % 2 === 0 ? half : half + 1;
      if (narrow(tie) !== even || narrow(tie - 1) !== half || narrow(tie + 1) !== half + 1) wrong.push(half);
    }
    expect(wrong).toEqual([]);
  });

  it('tells what is beyond the range instead of making an infinity of it', () => {
    expect(narrowToFloat16(bitsOf(65504))).toBe(0x7bff);
    expect(narrowToFloat16(bitsOf(65519.99))).toBe(0x7bff);
    expect(narrowToFloat16(bitsOf(65520))).toBe(-1);
    expect(narrowToFloat16(bitsOf(-1e30))).toBe(-1);
    expect(narrowToBfloat16(0x7f7fffff)).toBe(-1);
    expect(narrowToBfloat16(0x7f7f7fff)).toBe(0x7f7f);
  });
});

function isNaN16(half: number, narrow: unknown): boolean {
  return Number.isNaN(narrow === narrowToFloat16 ? float16Value(half) : bfloat16Value(half));
}
