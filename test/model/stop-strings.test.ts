import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStrings } from '../../src/model/generation/stop-strings.js';

/** Feeds pieces until a stop string ends the text. */
function shown(pieces: readonly string[], strings: readonly string[]) {
  const stops = new StopStrings(strings);
  const deltas: string[] = [];
  for (const piece of pieces) {
    const { text, stopped } = stops.push(piece);
    deltas.push(text);
    if (stopped) return { text: deltas.join(''), deltas, stopped };
  }
  deltas.push(stops.end());
  return { text: deltas.join(''), deltas, stopped: false };
}

/** The definition: go through the whole text until a stop string is complete, then drop the longest that is. */
function plain(text: string, strings: readonly string[]) {
  for (let end = 1; end <= text.length; end++) {
    const complete = strings.filter((string) => text.slice(0, end).endsWith(string));
    if (complete.length === 0) continue;
    return { text: text.slice(0, end - Math.max(...complete.map(({ length }) => length))), stopped: true };
  }
  return { text, stopped: false };
}

describe('stop strings', () => {
  it('hold back what may be their beginning, and no more', () => {
    expect(shown(['Hi', ' #', '#', '# Human'], ['###']).deltas).toEqual(['Hi', ' ', '', '']);
    expect(shown(['a #', 'b'], ['###']).deltas).toEqual(['a ', '#b', '']);
    expect(shown(['a #'], ['###']).deltas).toEqual(['a ', '#']);
  });

  it('begin anew where a beginning turns out false but its end is one', () => {
    expect(shown(['#', '#', '\n', '#', '#', '#', 'x'], ['###']).text).toBe('##\n');
    expect(shown([...'ababac'], ['abac'])).toMatchObject({ text: 'ab', stopped: true });
  });

  it('end at the one that is complete first; of those complete together, at the longest', () => {
    expect(shown(['abcd'], ['bcd', 'c'])).toMatchObject({ text: 'ab', stopped: true });
    expect(shown(['text\n###'], ['###', '\n###'])).toMatchObject({ text: 'text', stopped: true });
  });

  it('give the same text however it is cut into pieces, and never show a part of themselves', () => {
    const letters = fc.constantFrom('a', 'b', 'é', '🦙');
    const strings = fc.array(
      fc.array(letters, { minLength: 1, maxLength: 4 }).map((list) => list.join('')),
      { maxLength: 3 },
    );
    const pieces = fc.array(
      fc.array(letters, { maxLength: 4 }).map((list) => list.join('')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, strings, (cut, stops) => {
        const { text, deltas, stopped } = shown(cut, stops);
        expect({ text, stopped }).toEqual(plain(cut.join(''), stops));
        // What was shown so far may never have to be taken back.
        let sofar = '';
        for (const delta of deltas) {
          sofar += delta;
          expect(text.startsWith(sofar)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
