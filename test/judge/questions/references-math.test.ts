import { describe, expect, it } from 'vitest';
import { vicunaQuestions } from '../../../src/judge/questions/index.js';

const questions = await vicunaQuestions();
const question = (id: string) => questions.find((candidate) => candidate.id === id)!;

describe('references in maths', () => {
  it('both colours are seen after 67/24 draws', () => {
    const draws = (red: number, blue: number, seen: string): number => {
      if (seen === 'both') return 0;
      const all = red + blue;
      const seenAfter = (colour: string) => (seen === '' || seen === colour ? colour : 'both');
      const expected = (count: number, next: () => number) => (count === 0 ? 0 : (count / all) * next());
      return (
        1 +
        expected(red, () => draws(red - 1, blue, seenAfter('red'))) +
        expected(blue, () => draws(red, blue - 1, seenAfter('blue')))
      );
    };
    expect(draws(5, 7, '')).toBeCloseTo(67 / 24, 12);
    expect(question('coding-math-7').reference![0]).toContain('67/24');
  });

  it('7^(7^7) ends in 343', () => {
    let power = 1;
    for (let exponent = 0; exponent < 7 ** 7; exponent++) power = (power * 7) % 1000;
    expect(power).toBe(343);
    expect([7 ** 4, (7 ** 4 - 1) % 20, 7 ** 7 % 20]).toEqual([2401, 0, 3]);
    expect(question('coding-math-8').reference![0]).toContain('They are 343.');
  });

  it('the ladder reaches 3.76 m or 1.36 m', () => {
    const heights = [1, -1].map((sign) => (1 + Math.sqrt(17) + sign * Math.sqrt(14 - 2 * Math.sqrt(17))) / 2);
    for (const [index, y] of heights.entries()) {
      const x = heights[1 - index]!;
      expect(Math.hypot(x, y)).toBeCloseTo(4, 12);
      expect(1 / x + 1 / y).toBeCloseTo(1, 12);
    }
    expect(heights.map((height) => height.toFixed(4))).toEqual(['3.7609', '1.3622']);
  });

  it('683 coverings, of which 43 equal their mirror image', () => {
    const coverings = (length: number): string[] => {
      if (length <= 0) return length === 0 ? [''] : [];
      const shorter = coverings(length - 2);
      return [
        ...coverings(length - 1).map((rest) => `|${rest}`),
        ...shorter.flatMap((rest) => [`==${rest}`, `##${rest}`]),
      ];
    };
    const all = coverings(10);
    const mirrored = (covering: string) => [...covering].reverse().join('');
    expect(all).toHaveLength(683);
    expect(all.filter((covering) => covering === mirrored(covering))).toHaveLength(43);
    expect(new Set(all.map((covering) => [covering, mirrored(covering)].sort()[0])).size).toBe(363);
  });
});
