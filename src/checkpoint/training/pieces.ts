import type { BlockLayout } from '../../engine/index.js';

/** What is kept of every parameter: its value and AdamW's two moments. @public */
export type TensorKind = 'parameters' | 'firstMoment' | 'secondMoment';

/** In the order they stand in a file. */
export const tensorKinds = ['parameters', 'firstMoment', 'secondMoment'] as const satisfies readonly TensorKind[];

/** What a checkpoint has to know of a block: its flat vector's length and what stands where in it. @public */
export type CheckpointBlock = Pick<BlockLayout, 'size' | 'parameters'>;

/** A contiguous part of a block's flat vector that this rank saves. @public */
export interface ShardPiece {
  readonly kind: TensorKind;
  /** Number of the block, as in the list the checkpoints were opened with. */
  readonly block: number;
  /** First element of the block's vector. */
  readonly start: number;
  /** Element after the last one. */
  readonly end: number;
  /**
   * The numbers: an array, or what copies them into one, for those that are on an engine
   * (`(into) => engine.download(vector, into)`).
   */
  readonly values: Float32Array | ((into: Float32Array) => Promise<unknown>);
}
