import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CollectiveArray } from './communicator.js';

/** Elements added at a time: a sum of so many stays in the first-level cache while the ranks are added to it. */
const BLOCK = 4096;
/** Elements after which the event loop gets a turn: about a millisecond. */
const SLICE = 1 << 18;

/**
 * Adds arrays in the order they are given, each addition rounded to the arrays' own precision, so that the bits of the
 * sum depend on nothing but the numbers and the order.
 *
 * @param into - may be one of the sources.
 */
export async function sumInOrder(sources: readonly CollectiveArray[], into: CollectiveArray): Promise<void> {
  const sum = into instanceof Float32Array ? new Float32Array(BLOCK) : new Float64Array(BLOCK);
  for (let start = 0; start < into.length; start += BLOCK) {
    if (start > 0 && start % SLICE === 0) await nextTurn();
    const end = Math.min(into.length, start + BLOCK);
    sum.set(sources[0]!.subarray(start, end));
    for (let index = 1; index < sources.length; index++) add(sum, sources[index]!.subarray(start, end));
    into.set(sum.subarray(0, end - start), start);
  }
}

/** Copies in slices between which the event loop gets a turn. */
export async function copySlices(from: CollectiveArray, into: CollectiveArray): Promise<void> {
  for (let start = 0; start < from.length; start += SLICE * 4) {
    if (start > 0) await nextTurn();
    into.set(from.subarray(start, start + SLICE * 4), start);
  }
}

function add(sum: CollectiveArray, values: CollectiveArray): void {
  for (let index = 0; index < values.length; index++) sum[index] = sum[index]! + values[index]!;
}
