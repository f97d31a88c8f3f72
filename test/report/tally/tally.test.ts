import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/core/index.js';
import { FrequentTexts } from '../../../src/report/tally/frequent-texts.js';
import { Histogram } from '../../../src/report/tally/histogram.js';
import { Samples } from '../../../src/report/tally/samples.js';

describe('a histogram', () => {
  const of = (values: Iterable<number>) => {
    const histogram = new Histogram();
    for (const value of values) histogram.add(value);
    return histogram.distribution();
  };

  test('counts ranges that end at powers of two exactly, from the smallest number to the largest', () => {
    expect(of([2, 3, 4, 5, 8, 9, 17, 17]).ranges).toEqual([
      { from: 2, to: 2, count: 1 },
      { from: 3, to: 4, count: 2 },
      { from: 5, to: 8, count: 2 },
      { from: 9, to: 16, count: 1 },
      { from: 17, to: 32, count: 2 },
    ]);
    expect(of([0, 0, 1]).ranges).toEqual([
      { from: 0, to: 0, count: 2 },
      { from: 1, to: 1, count: 1 },
    ]);
    expect(of([2048, 2049]).ranges).toEqual([
      { from: 1025, to: 2048, count: 1 },
      { from: 2049, to: 4096, count: 1 },
    ]);
  });

  test('knows quantiles exactly up to 64 and within 1.6 % above, whatever the numbers', () => {
    const random = Random.fromSeed(3);
    const values = Array.from({ length: 5000 }, () => Math.floor(2 ** (20 * random.uniform())));
    const sorted = values.toSorted((one, other) => one - other);
    const found = of(values);
    for (const [share, quantile] of [
      [0.25, found.quantile25],
      [0.5, found.median],
      [0.75, found.quantile75],
      [0.9, found.quantile90],
      [0.99, found.quantile99],
    ] as const) {
      const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
      expect(Math.abs(quantile - exact)).toBeLessThanOrEqual(exact <= 64 ? 0 : 0.016 * exact);
    }
    expect(found.sum).toBe(values.reduce((sum, value) => sum + value));
    expect([found.minimum, found.maximum]).toEqual([sorted[0], sorted.at(-1)]);
    expect(found.ranges.reduce((sum, { count }) => sum + count, 0)).toBe(5000);
    for (const { from, to, count } of found.ranges)
      expect(count).toBe(values.filter((value) => value >= from && value <= to).length);
  });

  test('of nothing is all zero', () => {
    expect(of([])).toMatchObject({ count: 0, mean: 0, minimum: 0, maximum: 0, median: 0, ranges: [] });
  });
});

describe('frequent texts', () => {
  test('are found among many more texts than there are counters, and never reported too often', () => {
    const random = Random.fromSeed(1);
    const texts = Array.from({ length: 20_000 }, (_, number) => `rare ${number}`);
    for (let time = 0; time < 900; time++) texts.push(`Often ${time % 3}`);
    const frequent = new FrequentTexts(100);
    for (const text of random.shuffle(texts)) frequent.add(text);
    const top = frequent.top(3);
    expect(top.map(({ text }) => text).sort()).toEqual(['Often 0', 'Often 1', 'Often 2']);
    for (const { count } of top) {
      expect(count).toBeLessThanOrEqual(300);
      expect(count).toBeGreaterThan(0);
    }
  });

  test('are counted exactly while there are few, in any case', () => {
    const frequent = new FrequentTexts();
    for (const text of ['Hi', 'hi', 'once', 'HI', 'two', 'two']) frequent.add(text);
    expect(frequent.top(10)).toEqual([
      { text: 'Hi', count: 3 },
      { text: 'two', count: 2 },
    ]);
  });
});

describe('samples', () => {
  test('take every thing of a kind as often as the others', () => {
    const taken = Array.from({ length: 20 }, () => 0);
    for (let seed = 0; seed < 2000; seed++) {
      const samples = new Samples<'kind', number>(5, seed);
      for (let item = 0; item < 20; item++) samples.offer('kind', () => item);
      for (const item of samples.of('kind')) taken[item]!++;
    }
    // 2000 draws of a quarter: 500, standard deviation 19.
    for (const times of taken) expect(Math.abs(times - 500)).toBeLessThan(80);
  });

  test('are the same for the same seed, in the order they came, and nothing is made in vain', () => {
    const sample = (limit: number) => {
      const samples = new Samples<string, number>(limit, 7);
      for (let item = 0; item < 100; item++) samples.offer(item % 2 === 0 ? 'even' : 'odd', () => item);
      return samples.of('even');
    };
    expect(sample(5)).toEqual(sample(5));
    expect(sample(5)).toEqual(sample(5).toSorted((one, other) => one - other));
    expect(sample(0)).toEqual([]);
    expect(new Samples<string, number>(0, 7).of('none')).toEqual([]);
  });
});
