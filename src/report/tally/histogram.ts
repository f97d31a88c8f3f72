/** How many of the numbers lie in a range, ends included. @public */
export interface CountRange {
  /** Smallest number of the range. */
  readonly from: number;
  /** Largest number of the range: 0 or a power of two. */
  readonly to: number;
  /** Numbers in the range, exactly. */
  readonly count: number;
}

/** How whole numbers (tokens, turns) are spread. @public */
export interface CountDistribution {
  /** How many numbers there are. With none, every other figure is 0. */
  readonly count: number;
  /** All numbers together. */
  readonly sum: number;
  /** The sum over the count. */
  readonly mean: number;
  /** The smallest number, exactly. */
  readonly minimum: number;
  /** The largest number, exactly. */
  readonly maximum: number;
  /** Half of the numbers are not above it. Like the other quantiles exact up to 64, within 1.6 % above. */
  readonly median: number;
  /** A quarter of the numbers are not above it. */
  readonly quantile25: number;
  /** Three quarters of the numbers are not above it. */
  readonly quantile75: number;
  /** Nine of ten numbers are not above it. */
  readonly quantile90: number;
  /** All numbers but one of a hundred are not above it. */
  readonly quantile99: number;
  /** Exact counts by powers of two (1, 2, 3 to 4, 5 to 8, ...), from the smallest number's range to the largest's. */
  readonly ranges: readonly CountRange[];
}

/** Buckets between two powers of two, as a power of two itself. */
const subBits = 5;
const largest = 2 ** 31;

/**
 * Counts whole numbers from 0 to 2^31 in at most 900 buckets, however many there are: 32 of equal width between each two
 * powers of two, so that quantiles keep their relative precision (HdrHistogram, Tene 2012).
 */
export class Histogram {
  readonly #buckets: number[] = [];
  #count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = 0;

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  add(value: number): void {
    const bucket = bucketOf(Math.min(value, largest));
    while (this.#buckets.length <= bucket) this.#buckets.push(0);
    this.#buckets[bucket]!++;
    this.#count++;
    this.#sum += value;
    this.#minimum = Math.min(this.#minimum, value);
    this.#maximum = Math.max(this.#maximum, value);
  }

  distribution(): CountDistribution {
    const isEmpty = this.#count === 0;
    return {
      count: this.#count,
      sum: this.#sum,
      mean: isEmpty ? 0 : this.#sum / this.#count,
      minimum: isEmpty ? 0 : this.#minimum,
      maximum: this.#maximum,
      median: this.#quantile(0.5),
      quantile25: this.#quantile(0.25),
      quantile75: this.#quantile(0.75),
      quantile90: this.#quantile(0.9),
      quantile99: this.#quantile(0.99),
      ranges: this.#ranges(),
    };
  }

  /** The smallest number that so large a share of all is not above. */
  #quantile(share: number): number {
    const rank = Math.ceil(share * this.#count);
    let below = 0;
    for (const [bucket, count] of this.#buckets.entries()) {
      below += count;
      if (count > 0 && below >= rank) return Math.min(this.#maximum, Math.max(this.#minimum, middleOf(bucket)));
    }
    return 0;
  }

  #ranges(): CountRange[] {
    const ranges: { from: number; to: number; count: number }[] = [];
    for (const [bucket, count] of this.#buckets.entries()) {
      const to = rangeEndOf(bucket);
      const last = ranges.at(-1);
      if (last?.to === to) last.count += count;
      else ranges.push({ from: (last?.to ?? -1) + 1, to, count });
    }
    return ranges.slice(ranges.findIndex(({ count }) => count > 0));
  }
}

// Bucket 0 is for 0; the others hold n - 1, so that a power of two ends its range instead of beginning the next.

function bucketOf(value: number): number {
  if (value === 0) return 0;
  const shift = Math.max(0, 31 - Math.clz32(value - 1) - subBits);
  return 1 + shift * 2 ** subBits + Math.floor((value - 1) / 2 ** shift);
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const shift = shiftOf(bucket - 1);
  const first = 1 + (bucket - 1 - shift * 2 ** subBits) * 2 ** shift;
  return first + Math.floor((2 ** shift - 1) / 2);
}

/** The power of two that ends the range of a bucket. */
function rangeEndOf(bucket: number): number {
  if (bucket === 0) return 0;
  const middle = middleOf(bucket);
  return middle === 1 ? 1 : 2 ** (32 - Math.clz32(middle - 1));
}

const shiftOf = (index: number) => Math.max(0, Math.floor(index / 2 ** subBits) - 1);
