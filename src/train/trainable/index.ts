import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine, ModelVectors } from '../../engine/index.js';
import type { AdamWSettings } from '../optimizer.js';
import { ReplicatedTrainable } from './replicated.js';
import { ShardedTrainable } from './sharded.js';
import type { BlockReader, ShardingMode, Trainable } from './trainable.js';
import { WholeTrainable } from './whole.js';

export { FrozenBlocks } from './frozen.js';
export type { BlockReader, ShardingMode, Trainable } from './trainable.js';

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

/** What a rank trains of some blocks, with the parameters in it. */
export async function createTrainable(
  engine: Engine,
  blocks: readonly BlockLayout[],
  communicator: Communicator,
  { sharding, prefetch, ...settings }: TrainableSettings,
  { vectors, read }: TrainableSource,
): Promise<Trainable> {
  if (vectors !== undefined) return WholeTrainable.create(engine, blocks, vectors, settings);
  const trainable =
    sharding === 'full'
      ? await ShardedTrainable.create(engine, blocks, communicator, { ...settings, prefetch })
      : await ReplicatedTrainable.create(engine, blocks, communicator, { ...settings, mode: sharding });
  try {
    await trainable.restore('parameters', read);
    return trainable;
  } catch (error) {
    trainable.release();
    throw error;
  }
}
