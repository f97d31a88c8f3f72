import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Sequences } from '../../../src/model/constrained/utf8-sequences.js';

const codePoint = fc.oneof(
  fc.integer({ min: 0, max: 0x10ffff }),
  fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdfff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff),
);
const isSurrogate = (code: number) => code >= 0xd800 && code <= 0xdfff;

describe('the UTF-8 forms of a range of code points', () => {
  it('are those of the code points in it and of no other, each once', () => {
    fc.assert(
      fc.property(codePoint, codePoint, fc.array(codePoint, { minLength: 20 }), (one, other, probes) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const sequences = utf8Sequences(first, last);
        for (const probe of [first, last, first - 1, last + 1, ...probes]) {
          if (probe < 0 || probe > 0x10ffff || isSurrogate(probe)) continue;
          const bytes = new TextEncoder().encode(String.fromCodePoint(probe));
          const matches = sequences.filter(
            (ranges) =>
              ranges.length === bytes.length &&
              ranges.every(([low, high], index) => low <= bytes[index]! && bytes[index]! <= high),
          );
          expect(matches.length, `U+${probe.toString(16)}`).toBe(probe >= first && probe <= last ? 1 : 0);
        }
      }),
    );
  });

  it('have as many members as the range, without surrogates', () => {
    fc.assert(
      fc.property(codePoint, codePoint, (one, other) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const surrogates = Math.max(0, Math.min(last, 0xdfff) - Math.max(first, 0xd800) + 1);
        const members = utf8Sequences(first, last)
          .map((ranges) => ranges.reduce((product, [low, high]) => product * (high - low + 1), 1))
          .reduce((sum, count) => sum + count, 0);
        expect(members).toBe(last - first + 1 - surrogates);
      }),
    );
  });
});
