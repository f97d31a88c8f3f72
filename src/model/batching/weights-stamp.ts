import type { BlockWeights, ModelWeights } from '../../engine/index.js';

/** Which weights something was computed with: the very blocks, and how often each had been written. */
export type WeightsStamp = readonly { readonly block: BlockWeights; readonly version: number }[];

export function stampOf(weights: ModelWeights): WeightsStamp {
  // Rounded weights are never written.
  return weights.map((block) => ({ block, version: 'version' in block ? block.version : 0 }));
}

export function isSameStamp(left: WeightsStamp, right: WeightsStamp): boolean {
  if (left.length !== right.length) return false;
  return left.every(({ block, version }, index) => right[index]!.block === block && right[index]!.version === version);
}
