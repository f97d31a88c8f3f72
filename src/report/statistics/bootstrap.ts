import { Random } from '../../core/index.js';

/** How to resample. */
export interface Resampling {
  readonly seed: number;
  /** Names an independent sequence of the same seed, so that one number's resamples never shift another's. */
  readonly stream: string;
  readonly resamples: number;
}

/** Numbers of a sample and of its resamples. */
export interface Bootstrapped<Name extends string> {
  readonly values: Readonly<Record<Name, number | undefined>>;
  /** Ascending, without the resamples in which the number cannot be told; empty with fewer than two units. */
  readonly samples: Readonly<Record<Name, Float64Array>>;
}

/**
 * Efron's bootstrap (1979): draws as many units as there are, with replacement, again and again, and computes every
 * number on each draw. The units are what is independent of each other: questions, not calls about them.
 *
 * @param units - how many there are.
 * @param compute - every number of a sample in which unit `u` occurs `counts[u]` times; `undefined` where it cannot be
 * told. It must not keep the array.
 */
export function bootstrap<Name extends string>(
  units: number,
  { seed, stream, resamples }: Resampling,
  compute: (counts: Uint32Array) => Record<Name, number | undefined>,
): Bootstrapped<Name> {
  const counts = new Uint32Array(units).fill(1);
  const values = compute(counts);
  const names = Object.keys(values) as Name[];
  const collected = new Map(names.map((name): [Name, number[]] => [name, []]));
  const random = Random.fromSeed(seed, `bootstrap/${stream}`);
  for (let resample = 0; units > 1 && resample < resamples; resample++) {
    draw(counts, random);
    const numbers = compute(counts);
    for (const name of names) if (numbers[name] !== undefined) collected.get(name)!.push(numbers[name]);
  }
  const samples = names.map((name) => [name, Float64Array.from(collected.get(name)!).sort()] as const);
  return { values, samples: Object.fromEntries(samples) as Record<Name, Float64Array> };
}

/**
 * Draws with replacement and counts how often each unit came. One 32-bit word a unit: with a million units, no unit is
 * more than 0.03 % likelier than another.
 */
function draw(counts: Uint32Array, random: Random): void {
  const units = counts.length;
  const scale = units / 2 ** 32;
  counts.fill(0);
  for (let drawn = 0; drawn < units; drawn++) counts[Math.floor(random.uint32() * scale)]!++;
}

/**
 * A two-sided p-value from resamples: twice the share that lies on the lesser side of `hypothesis`, which belongs to both
 * sides; with one added above and below, so that it is never 0 (Davison and Hinkley 1997, 4.2).
 *
 * @param sorted - ascending.
 * @returns `undefined` without resamples.
 */
export function bootstrapPValue(sorted: Float64Array, hypothesis: number): number | undefined {
  if (sorted.length === 0) return undefined;
  let below = 0;
  let above = 0;
  for (const value of sorted) {
    if (value <= hypothesis) below++;
    if (value >= hypothesis) above++;
  }
  return Math.min(1, (2 * (Math.min(below, above) + 1)) / (sorted.length + 1));
}
