import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import { estimateSimilarity, minHashSignature, shingleSimilarity } from '../../../src/data/index.js';
import { bandsFor, missedAt } from '../../../src/data/near-duplicates/bands.js';
import { anyText } from '../../support/arbitraries.js';
import { drawWords, edited, plainJaccard, textOf, vocabulary } from './planted.js';

describe('shingleSimilarity', () => {
  it('is the Jaccard similarity of word shingles, by its definition', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 6 }), (first, second, shingleWords) => {
        expect(shingleSimilarity(textOf(first), textOf(second), { shingleWords })).toBeCloseTo(
          plainJaccard(first, second, shingleWords),
          10,
        );
      }),
    );
  });

  it.each([
    ['case and punctuation', 'Hello, world! It is late.', 'hello world -- IT IS LATE'],
    ['how letters are composed', 'Le café est fermé ce soir', 'Le cafe\u0301 est ferme\u0301 ce soir'],
    ['the width of characters', 'version 12 of ABC is out', 'version １２ of ＡＢＣ is out'],
    ['capitals of any script', 'Привет, как дела сегодня?', 'привет как ДЕЛА сегодня'],
    ['where a text is cut into messages', ['one two three four', 'five six'], ['one two', 'three four five six']],
  ])('does not care about %s', (_, first, second) => {
    expect(shingleSimilarity(first, second)).toBe(1);
  });

  it('takes characters for words in scripts without spaces', () => {
    const text = '今天天气很好我们去公园散步吧';
    expect(shingleSimilarity(text, `${text}好`)).toBeCloseTo(10 / 11, 10);
    expect(shingleSimilarity('𠀀𠀁𠀂𠀃𠀄𠀅', '𠀀𠀁𠀂𠀃𠀄𠀆')).toBeCloseTo(1 / 3, 10);
  });

  it('is 1 for any text with a word and itself, 0 for texts without', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(shingleSimilarity(text, text)).toBe(minHashSignature(text) === undefined ? 0 : 1);
      }),
    );
    expect(minHashSignature(' \ud83d … 👍 \udc00')).toBeUndefined();
  });
});

describe('minHashSignature', () => {
  it('estimates the similarity without bias and within its standard error, of texts of any length', () => {
    const random = Random.fromSeed(7);
    const words = vocabulary(5000, random);
    for (const length of [20, 60, 400])
      for (const edits of [1, 2, 3]) {
        const errors = Array.from({ length: 400 }, (_, seed) => {
          const first = drawWords(length, random, words);
          const second = edited(first, edits, random);
          const config = { seed };
          const estimate = estimateSimilarity(
            minHashSignature(textOf(first), config)!,
            minHashSignature(textOf(second), config)!,
          );
          return { error: estimate - plainJaccard(first, second), exact: plainJaccard(first, second) };
        });
        const mean = errors.reduce((sum, { error }) => sum + error, 0) / errors.length;
        const deviation = Math.sqrt(errors.reduce((sum, { error }) => sum + error ** 2, 0) / errors.length);
        const expected = Math.sqrt(
          errors.reduce((sum, { exact }) => sum + (exact * (1 - exact)) / 128, 0) / errors.length,
        );
        expect(Math.abs(mean), `${length} words, ${edits} edits`).toBeLessThan(
          (4 * expected) / Math.sqrt(errors.length),
        );
        expect(deviation, `${length} words, ${edits} edits`).toBeLessThan(1.15 * expected);
      }
  });

  it('is a set’s: neither order nor repetition of what is in it counts, and the seed decides', () => {
    const one = minHashSignature('a b c a b c', { shingleWords: 1 });
    expect(minHashSignature('c b a', { shingleWords: 1 })).toEqual(one);
    expect(minHashSignature('a b c', { shingleWords: 1, seed: 1 })).not.toEqual(one);
  });

  it('is the same on every platform', () => {
    const text = 'The quick brown fox jumps over the lazy dog. Schöne Grüße, 你好！';
    expect([...minHashSignature(text, { permutations: 16 })!]).toMatchInlineSnapshot(`
      [
        30359056,
        525652163,
        543175008,
        887328498,
        1204655282,
        1467647907,
        1832396060,
        2029861857,
        2155708403,
        2473932563,
        2792411226,
        3082253470,
        3401830704,
        3618445322,
        3975861729,
        4236853647,
      ]
    `);
  });
});

describe('bands', () => {
  it('miss fewer than one in a hundred pairs at the threshold, and could have no more rows', () => {
    expect(bandsFor(128, 0.8)).toEqual({ bands: 21, rows: 6 });
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 512 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (permutations, at) => {
          const chosen = bandsFor(permutations, at)!;
          expect(missedAt(at, chosen)).toBeLessThan(0.01);
          expect(chosen.bands * chosen.rows).toBeLessThanOrEqual(permutations);
          const rows = chosen.rows + 1;
          if (rows <= permutations)
            expect(missedAt(at, { rows, bands: Math.floor(permutations / rows) })).toBeGreaterThanOrEqual(0.01);
        },
      ),
    );
    expect(bandsFor(16, 0.1)).toBeUndefined();
  });
});
