import type { ShardPiece, TensorKind } from '../../checkpoint/index.js';
import { TemporaryFloats } from '../../core/index.js';
import type { Engine, ModelVectors } from '../../engine/index.js';
import type { AdamWSettings, UpdateRates } from '../optimizer.js';
import type { BlockVectors } from '../vectors.js';

/** How a training's vectors are divided among its ranks. @public */
export type ShardingMode = 'full' | 'optimizer' | 'none';

/** Fills `into` with the elements of a block's flat vector from `start` on. */
export type BlockReader = (block: number, start: number, into: Float32Array) => Promise<unknown>;

/**
 * What is trained, as one rank holds it: its share of the parameters, gradients and moments of some blocks, and the way
 * to the other ranks' shares. All methods but {@link pieces} and {@link release} are collective: every rank calls them.
 */
export interface Trainable {
  /** Lent whole, to compute with. */
  readonly parameters: BlockVectors;
  /** Lent whole, to add to. */
  readonly gradients: BlockVectors;
  /** Brings together what the ranks have added. Called once, after a step's last micro-batch. */
  reduceGradients(): Promise<void>;
  /** Norm of the gradient over all blocks and ranks, after {@link reduceGradients}. */
  gradientNorm(): Promise<number>;
  /** Takes the step, on every rank. */
  update(rates: UpdateRates): Promise<void>;
  /** Forgets the gradients: a step is over, or is not taken. */
  clearGradients(): Promise<void>;
  /** What this rank writes into a checkpoint. */
  pieces(): ShardPiece[];
  /** Takes this rank's share of what a checkpoint holds. */
  restore(kind: TensorKind, read: BlockReader): Promise<void>;
  /** Puts a block's parameters together. @param into - of the block's size, filled where it is given */
  readBlock(block: number, into: Float32Array | undefined): Promise<void>;
  release(): void;
}

export interface TrainableSettings extends AdamWSettings {
  readonly sharding: ShardingMode;
  readonly prefetch: boolean;
}

/** Where the parameters come from. */
export interface TrainableSource {
  /** The vectors to train in place, where they are on the engine; they stay the caller's. Only for one rank. */
  readonly vectors?: ModelVectors | undefined;
  readonly read: BlockReader;
}

/** Fills vectors on an engine, one after another through one array. */
export async function restoreVectors(
  engine: Engine,
  vectors: ModelVectors,
  read: (index: number, into: Float32Array) => Promise<unknown>,
): Promise<void> {
  using memory = new TemporaryFloats(Math.max(0, ...vectors.map(({ length }) => length)));
  for (const [index, vector] of vectors.entries()) {
    const values = memory.first(vector.length);
    await read(index, values);
    await engine.write(vector, values);
  }
}
