import type { AttentionTile } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';

// N heads, T tokens, X any width, B tokens of a tile.

/** A range of heads. */
export interface HeadRange {
  readonly first: number;
  readonly count: number;
}

/** Key heads that are computed in one go, and the query heads that read them. */
export interface HeadGroup {
  readonly keyHeads: HeadRange;
  readonly queryHeads: HeadRange;
}

export function groupHeads(kernels: Kernels, queryHeads: number, keyValueHeads: number): HeadGroup[] {
  const count = kernels.headsAtOnce(keyValueHeads);
  const queriesPerKey = queryHeads / keyValueHeads;
  return Array.from({ length: keyValueHeads / count }, (_, index) => ({
    keyHeads: { first: index * count, count },
    queryHeads: { first: index * count * queriesPerKey, count: count * queriesPerKey },
  }));
}

export function sliceHeads(kernels: Kernels, x_NTX: Tensor, { first, count }: HeadRange): Tensor {
  const [heads, tokens, width] = x_NTX.shape as [number, number, number];
  return count === heads ? x_NTX : kernels.slice(x_NTX, [first, 0, 0], [count, tokens, width]);
}

export function sliceTokens(kernels: Kernels, x_NTX: Tensor, start: number, end: number): Tensor {
  const [heads, tokens, width] = x_NTX.shape as [number, number, number];
  return end - start === tokens ? x_NTX : kernels.slice(x_NTX, [0, start, 0], [heads, end - start, width]);
}

/** A tile's part of query heads, those of one key head below each other: `[key heads, B * queries per key, X]`. */
export function tileRows(kernels: Kernels, x_NTX: Tensor, { start, end }: AttentionTile, keyHeads: number): Tensor {
  return kernels.device.tf.reshape(sliceTokens(kernels, x_NTX, start, end), [keyHeads, -1, x_NTX.shape[2]!]);
}

export function concat(kernels: Kernels, tensors: readonly Tensor[], axis: number): Tensor {
  return tensors.length === 1 ? tensors[0]! : kernels.device.tf.concat([...tensors], axis);
}
