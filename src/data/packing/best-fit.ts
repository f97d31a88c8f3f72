interface Bin {
  room: number;
  readonly items: number[];
}

/**
 * Lays items into as few bins as best-fit decreasing finds: longest first, each where it leaves the least room
 * (Johnson 1973; at most 11/9 of the optimum).
 *
 * @param items - numbers of the items; equal lengths keep this order.
 * @param lengths - length of every item, by its number; none above `capacity`.
 * @returns the items of each bin, fullest bin first.
 */
export function bestFitDecreasing(items: readonly number[], lengths: Int32Array, capacity: number): number[][] {
  // Kept in order of room, so that the tightest bin that fits is a binary search away.
  const bins: Bin[] = [];
  for (const item of items.toSorted((a, b) => lengths[b]! - lengths[a]!)) {
    const length = lengths[item]!;
    const [bin] = bins.splice(firstWithRoom(bins, length), 1);
    const chosen = bin ?? { room: capacity, items: [] };
    chosen.items.push(item);
    chosen.room -= length;
    bins.splice(firstWithRoom(bins, chosen.room), 0, chosen);
  }
  return bins.map((bin) => bin.items);
}

function firstWithRoom(bins: readonly Bin[], room: number): number {
  let low = 0;
  let high = bins.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bins[middle]!.room < room) low = middle + 1;
    else high = middle;
  }
  return low;
}
