import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import { ReplicatedTrainable } from './replicated.js';
import { ShardedTrainable } from './sharded.js';
import type { Trainable, TrainableSettings, TrainableSource } from './trainable.js';
import { WholeTrainable } from './whole.js';

export { FrozenBlocks } from './frozen.js';
export type { BlockReader, ShardingMode, Trainable, TrainableSettings, TrainableSource } from './trainable.js';

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
