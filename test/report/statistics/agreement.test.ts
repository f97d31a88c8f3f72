import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addCoincidences,
  cohenKappa,
  fleissKappa,
  krippendorffAlpha,
  observedAgreement,
  pairAgreement,
} from '../../../src/report/statistics/index.js';
import { countsOf, goldens } from './goldens.js';

const tables = fc.array(fc.nat(30), { minLength: 9, maxLength: 9 });

describe('cohenKappa', () => {
  it.each(goldens.kappas)('equals scikit-learn with $categories categories', ({ categories, table, kappa }) => {
    expect(cohenKappa(table, categories)).toBeCloseTo(kappa, 9);
  });

  it('is 1 for raters who always agree, whatever they say', () => {
    expect(cohenKappa([3, 0, 0, 0, 2, 0, 0, 0, 1], 3)).toBe(1);
  });

  it('cannot be told of nothing, or where both always say the same one thing', () => {
    expect(cohenKappa([0, 0, 0, 0], 2)).toBeUndefined();
    expect(cohenKappa([5, 0, 0, 0], 2)).toBeUndefined();
    expect(observedAgreement([0, 0, 0, 0], 2)).toBeUndefined();
  });

  it('does not depend on the names of categories, nor on who is first', () => {
    fc.assert(
      fc.property(tables, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (table, names) => {
        const renamed = table.map((_, cell) => table[names[Math.floor(cell / 3)]! * 3 + names[cell % 3]!]!);
        const turned = table.map((_, cell) => table[(cell % 3) * 3 + Math.floor(cell / 3)]!);
        const kappa = cohenKappa(table, 3);
        if (kappa === undefined) expect(cohenKappa(renamed, 3)).toBeUndefined();
        else {
          expect(cohenKappa(renamed, 3)).toBeCloseTo(kappa, 12);
          expect(cohenKappa(turned, 3)).toBeCloseTo(kappa, 12);
          expect(kappa).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('fleissKappa', () => {
  const kappaOf = (items: readonly (readonly number[])[]) =>
    fleissKappa({
      items: items.length,
      agreement: items.reduce((sum, counts) => sum + pairAgreement(counts), 0),
      categories: items[0]!.map((_, category) => items.reduce((sum, counts) => sum + counts[category]!, 0)),
    });

  it("gives the published 0.210 of Fleiss' kind of example: 10 items, 14 raters, 5 categories", () => {
    const items = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ];
    expect(kappaOf(items)).toBeCloseTo(0.2099, 4);
  });

  it('equals the definition, rater by rater', () => {
    const { ratings, categories, fleissKappa: expected } = goldens.jury;
    expect(kappaOf(ratings.map((said) => countsOf(said, categories)))).toBeCloseTo(expected, 9);
  });

  it('cannot be told of nothing, or where everybody always says the same', () => {
    expect(fleissKappa({ items: 0, agreement: 0, categories: [0, 0] })).toBeUndefined();
    expect(kappaOf([[3, 0]])).toBeUndefined();
  });
});

describe('krippendorffAlpha', () => {
  const alphaOf = (units: readonly (readonly number[])[], categories: number) => {
    const coincidences = new Float64Array(categories ** 2);
    for (const said of units) addCoincidences(coincidences, countsOf(said, categories));
    return krippendorffAlpha(coincidences, categories);
  };

  it("gives the 0.743 of Krippendorff's example with four observers and missing values", () => {
    const none = -1;
    const observers = [
      [0, 1, 2, 2, 1, 0, 3, 0, 1, none, none, none],
      [0, 1, 2, 2, 1, 1, 3, 0, 1, 4, none, 2],
      [none, 2, 2, 2, 1, 2, 3, 1, 1, 4, 0, none],
      [0, 1, 2, 2, 1, 3, 3, 0, 1, 4, 0, none],
    ];
    const units = observers[0]!.map((_, unit) =>
      observers.map((said) => said[unit]!).filter((value) => value !== none),
    );
    expect(
      alphaOf(
        units.filter((unit) => unit.length > 1),
        5,
      ),
    ).toBeCloseTo(0.743, 3);
  });

  it('equals the definition, pair by pair', () => {
    const { incomplete, categories, krippendorffAlpha: expected } = goldens.jury;
    expect(alphaOf(incomplete, categories)).toBeCloseTo(expected, 9);
  });

  it('cannot be told of nothing, or where everybody always says the same', () => {
    expect(alphaOf([], 3)).toBeUndefined();
    expect(alphaOf([[1, 1]], 3)).toBeUndefined();
  });
});
