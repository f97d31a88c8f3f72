import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/openai/retry-after.js';

const now = Date.parse('2026-02-03T04:05:06Z');
const parse = (headers: Record<string, string>) => parseRetryAfter(new Headers(headers), now);

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The three forms of RFC 9110, written by another hand than the one that reads them. */
const dateForms: readonly ((date: Date) => string)[] = [
  (date) => date.toUTCString(),
  (date) => {
    const [, day, month, year, time] = date.toUTCString().split(' ');
    return `${days[date.getUTCDay()]}, ${day}-${month}-${year!.slice(2)} ${time} GMT`;
  },
  (date) => {
    const [weekday, day, month, year, time] = date.toUTCString().split(' ');
    return `${weekday!.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  },
];

describe('parseRetryAfter', () => {
  it('reads any number of seconds, whole or not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 999 }), (whole, thousandths) => {
        expect(parse({ 'retry-after': `${whole}` })).toBe(whole);
        const text = `${whole}.${String(thousandths).padStart(3, '0')}`;
        expect(parse({ 'retry-after': text })).toBe(Number(text));
      }),
    );
  });

  it('reads milliseconds, and prefers them as the finer hint', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), (milliseconds) => {
        expect(parse({ 'retry-after-ms': `${milliseconds}`, 'retry-after': '77' })).toBe(milliseconds / 1000);
      }),
    );
    expect(parse({ 'retry-after-ms': 'soon', 'retry-after': '77' })).toBe(77);
  });

  it('reads every date in each of the three forms, to the second', () => {
    const seconds = fc.integer({ min: 0, max: 20 * 365 * 24 * 3600 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(...dateForms), (ahead, form) => {
        expect(parse({ 'retry-after': form(new Date(now + ahead * 1000)) })).toBe(ahead);
      }),
    );
  });

  it('asks for no wait where the date has passed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 * 365 * 24 * 3600 }), fc.constantFrom(...dateForms), (ago, form) => {
        expect(parse({ 'retry-after': form(new Date(now - ago * 1000)) })).toBe(0);
      }),
    );
  });

  it('never gives anything but a finite wait of zero or more, whatever a header says', () => {
    const anything = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789.-+eE:, GMTonJanS') }),
      fc.constantFrom('-1', '1e9', 'Infinity', 'NaN', '0x10', '1, 2', 'tomorrow', '2026-02-03', '9'.repeat(400), ''),
      fc.constantFrom(...dateForms).map((form) => `${form(new Date(now))}!`),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom('retry-after', 'retry-after-ms'), (value, name) => {
        const wait = parse({ [name]: value });
        if (wait !== undefined) {
          expect(Number.isFinite(wait) && wait >= 0).toBe(true);
          expect(value).toMatch(/^\s*\d+(\.\d+)?\s*$|\d\d:\d\d:\d\d/);
        }
      }),
      { numRuns: 500 },
    );
    for (const value of ['-1', '1e9', 'tomorrow', 'Jan 1', '2026-02-03', 'Tue, 03 Foo 2026 04:05:06 GMT']) {
      expect(parse({ 'retry-after': value }), value).toBeUndefined();
    }
  });
});
