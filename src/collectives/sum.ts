import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AddKernel, createAddKernel } from './add-kernel.js';
import type { CollectiveArray } from './communicator.js';

/** Elements after which the event loop gets a turn: about a millisecond. */
const SLICE = 1 << 18;

const kernels: { float32?: AddKernel; float64?: AddKernel } = {};

/**
 * Adds arrays in the order they are given, each addition rounded to the arrays' own precision, so that the bits of the
 * sum depend on nothing but the numbers and the order.
 *
 * @param into - may be one of the sources.
 */
export async function sumInOrder(sources: readonly CollectiveArray[], into: CollectiveArray): Promise<void> {
  const type = into instanceof Float32Array ? 'float32' : 'float64';
  kernels[type] ??= createAddKernel(type);
  const { sum, values, add } = kernels[type];
  const block = sum.length;
  for (let start = 0; start < into.length; start += block) {
    if (start > 0 && start % SLICE === 0) await nextTurn();
    const end = Math.min(into.length, start + block);
    sum.set(sources[0]!.subarray(start, end));
    for (let index = 1; index < sources.length; index++) {
      values.set(sources[index]!.subarray(start, end));
      add(end - start);
    }
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
