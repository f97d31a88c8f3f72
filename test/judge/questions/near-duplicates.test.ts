import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NearDuplicates } from '../../../src/judge/questions/index.js';

const known = [
  { id: 'cinema', turns: ['Write an obituary for a small-town cinema that closed last winter.'] },
  { id: 'ice', turns: ['What would a lake look like if ice were denser than water?'] },
];

describe('near-duplicates', () => {
  it('knows a question again, whatever its case, its spaces and its marks', () => {
    const found = new NearDuplicates(known).nearest(
      '  WRITE an obituary, for a small-town cinema\nthat closed: last winter!! ',
    );
    expect(found).toEqual({ id: 'cinema', similarity: 1 });
  });

  it('finds a question like one that differs in a few words, and nothing like one of other words', () => {
    const set = new NearDuplicates(known);
    const found = set.nearest('What might a lake look like if its ice were denser than water?');
    expect(found?.id).toBe('ice');
    expect(found?.similarity).toBeGreaterThan(0.5);
    expect(set.nearest('Explain tides.')).toBeUndefined();
  });

  it('lets the words that a whole series shares count for little', () => {
    const ending = 'Explain each step of your estimate and say how sure you are of it.';
    const subjects = [
      'Lightning flashes in a year?',
      'Snowflakes of one winter?',
      'Words spoken in a lifetime?',
      'Grains in a desert?',
    ];
    const set = new NearDuplicates(
      subjects.map((subject, index) => ({ id: `${index}`, turns: [`${subject} ${ending}`] })),
    );
    expect(set.nearest(`Hairs that grow in a second? ${ending}`)!.similarity).toBeLessThan(0.35);
    expect(set.nearest(`Snowflakes of one winter? ${ending}`)).toEqual({ id: '1', similarity: 1 });
  });

  it('compares languages that put no spaces between words', () => {
    const set = new NearDuplicates([{ id: 'sky', turns: ['请解释为什么天空是蓝色的而日落是红色的'] }]);
    expect(set.nearest('请解释为什么天空是蓝色的')?.similarity).toBeGreaterThan(0.4);
  });

  it('is 1 for the same text and between 0 and 1 for any', () => {
    fc.assert(
      fc.property(fc.array(fc.lorem({ maxCount: 12 }), { minLength: 1, maxLength: 8 }), fc.lorem(), (texts, other) => {
        const set = new NearDuplicates(texts.map((text, index) => ({ id: `${index}`, turns: [text] })));
        for (const text of texts) expect(set.nearest(text)?.similarity).toBeCloseTo(1, 12);
        const found = set.nearest(other);
        if (found !== undefined) {
          expect(found.similarity).toBeGreaterThan(0);
          expect(found.similarity).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});
