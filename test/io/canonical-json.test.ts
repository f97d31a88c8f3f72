import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashOfJson } from '../../src/io/index.js';

/** The same content, put together in another order and with undefined fields strewn in. */
function shuffled(value: unknown, order: (names: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((element) => shuffled(element, order));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const other: Record<string, unknown> = { 'absent ': undefined };
  for (const name of order(Object.keys(fields)))
    Object.defineProperty(other, name, {
      value: shuffled(fields[name], order),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return other;
}

describe('canonical JSON', () => {
  it('says what JSON says, whatever the order of the fields and whatever is undefined', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(shuffled(value, (names) => names.reverse()))).toBe(canonicalJson(value));
      }),
      { numRuns: 500 },
    );
  });

  it('differs where the content differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = canonicalJson(one) === canonicalJson(other);
        expect(same).toBe(canonicalJson(JSON.parse(JSON.stringify(one))) === canonicalJson(other));
        if (same) expect(JSON.parse(JSON.stringify(one))).toEqual(JSON.parse(JSON.stringify(other)));
      }),
      { numRuns: 500 },
    );
  });

  it('is that of RFC 8785, section 3.2.3', () => {
    const value = { '€': 'Euro Sign', '\r': 'Carriage Return', 1: 'One', '\u0080': 'Control', ö: 'o', '😀': 'smile' };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(6);
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"o","€":"Euro Sign","😀":"smile"}',
    );
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });

  it('refuses what JSON would change without a word', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1n,
      () => 1,
      Symbol('x'),
      new Date(0),
      new Map(),
      [undefined],
    ])
      expect(() => canonicalJson({ value })).toThrow(TypeError);
  });

  it('hashes to 64 hexadecimal digits', () => {
    expect(hashOfJson({ a: 1, b: undefined })).toBe(hashOfJson({ a: 1 }));
    expect(hashOfJson({})).toMatch(/^[0-9a-f]{64}$/);
  });
});
