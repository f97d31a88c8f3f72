/**
 * Share of items on which two raters say the same.
 *
 * @param table - square: `table[first · categories + second]` items.
 * @returns `undefined` without items.
 */
export function observedAgreement(table: ArrayLike<number>, categories: number): number | undefined {
  let total = 0;
  let same = 0;
  for (let cell = 0; cell < categories * categories; cell++) {
    total += table[cell]!;
    if (cell % (categories + 1) === 0) same += table[cell]!;
  }
  return total > 0 ? same / total : undefined;
}

/**
 * Cohen's kappa (1960): `(observed - expected) / (1 - expected)` agreement, where chance is each rater's own shares.
 *
 * @param table - square: `table[first · categories + second]` items.
 * @returns `undefined` without items, or where both always say the same one thing.
 */
export function cohenKappa(table: ArrayLike<number>, categories: number): number | undefined {
  const observed = observedAgreement(table, categories);
  if (observed === undefined) return undefined;
  const rows = new Float64Array(categories);
  const columns = new Float64Array(categories);
  let total = 0;
  for (let first = 0; first < categories; first++)
    for (let second = 0; second < categories; second++) {
      const items = table[first * categories + second]!;
      rows[first]! += items;
      columns[second]! += items;
      total += items;
    }
  let expected = 0;
  for (let category = 0; category < categories; category++) expected += rows[category]! * columns[category]!;
  return beyondChance(observed, expected / (total * total));
}

/** Sums over items that Fleiss' kappa is made of, so that resampled items need only be added up. */
export interface FleissSums {
  readonly items: number;
  /** Sum over the items of the share of pairs of raters that agree. */
  readonly agreement: number;
  /** How often each category was said. */
  readonly categories: ArrayLike<number>;
}

/** Share of the pairs of raters that agree on an item. @param counts - how often each category was said of it. */
export function pairAgreement(counts: ArrayLike<number>): number {
  let raters = 0;
  let agreeing = 0;
  for (let category = 0; category < counts.length; category++) {
    const count = counts[category]!;
    raters += count;
    agreeing += count * (count - 1);
  }
  return agreeing / (raters * (raters - 1));
}

/**
 * Fleiss' kappa (1971) for any fixed number of raters an item, where chance is the shares of all of them together.
 *
 * @returns `undefined` without items, or where everybody always says the same one thing.
 */
export function fleissKappa({ items, agreement, categories }: FleissSums): number | undefined {
  if (items === 0) return undefined;
  const total = sumOf(categories);
  let expected = 0;
  for (let category = 0; category < categories.length; category++) expected += (categories[category]! / total) ** 2;
  return beyondChance(agreement / items, expected);
}

/** Adds an item to a coincidence matrix. @param counts - how often each category was said of it, twice in all at least. */
export function addCoincidences(coincidences: Float64Array, counts: ArrayLike<number>): void {
  const raters = sumOf(counts);
  for (let first = 0; first < counts.length; first++)
    for (let second = 0; second < counts.length; second++) {
      const pairs = counts[first]! * (counts[second]! - (first === second ? 1 : 0));
      coincidences[first * counts.length + second]! += pairs / (raters - 1);
    }
}

/**
 * Krippendorff's alpha for nominal categories (Content Analysis, 2004): `1 - observed / expected` disagreement. Unlike
 * the kappas it takes items that some raters left out.
 *
 * @param coincidences - see {@link addCoincidences}.
 * @returns `undefined` without items, or where everybody always says the same one thing.
 */
export function krippendorffAlpha(coincidences: ArrayLike<number>, categories: number): number | undefined {
  const shares = new Float64Array(categories);
  let same = 0;
  for (let first = 0; first < categories; first++)
    for (let second = 0; second < categories; second++) {
      const value = coincidences[first * categories + second]!;
      shares[first]! += value;
      if (first === second) same += value;
    }
  const total = sumOf(shares);
  let sameByChance = 0;
  for (const share of shares) sameByChance += share * (share - 1);
  const expected = total * (total - 1) - sameByChance;
  return expected > 1e-12 ? 1 - ((total - same) * (total - 1)) / expected : undefined;
}

function beyondChance(observed: number, expected: number): number | undefined {
  return 1 - expected > 1e-12 ? (observed - expected) / (1 - expected) : undefined;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]!;
  return sum;
}
