import { type Communicator, shardRange } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import { type BlockVectors, wholeVectors } from '../vectors.js';
import { building } from './building.js';
import { GatheredParameters } from './gathered-parameters.js';
import { type HostedVector, makeHosted } from './hosted-vector.js';
import type { TrainableSettings, TrainableSource } from './trainable.js';

/** Parameters that are only computed with: the base of adapters. */
export class FrozenBlocks {
  readonly parameters: BlockVectors;
  readonly #release: () => void;

  private constructor(parameters: BlockVectors, release: () => void) {
    this.parameters = parameters;
    this.#release = release;
  }

  /** Each rank holds its share where everything is sharded, and all of it otherwise. */
  static async create(
    engine: Engine,
    blocks: readonly BlockLayout[],
    communicator: Communicator,
    { sharding, prefetch }: Pick<TrainableSettings, 'sharding' | 'prefetch'>,
    { vectors, read }: TrainableSource,
  ): Promise<FrozenBlocks> {
    if (vectors !== undefined) return new FrozenBlocks(wholeVectors(vectors), () => undefined);
    const { rank, worldSize } = communicator;
    const ranges = blocks.map(({ size }) =>
      sharding === 'full' ? shardRange(size, rank, worldSize) : { start: 0, end: size },
    );
    const memory = ranges.map(({ start, end }) => communicator.allocate(end - start));
    return building(async (keep) => {
      const shards = keep(await makeHosted(engine, memory));
      for (const [block, shard] of shards.entries()) {
        await read(block, ranges[block]!.start, shard.host);
        await shard.toEngine();
      }
      const release = () => releaseAll(shards);
      if (sharding !== 'full') return new FrozenBlocks({ lend: (block, use) => use(shards[block]!.vector) }, release);
      const gathered = await GatheredParameters.create(engine, communicator, { blocks, shards, prefetch });
      return new FrozenBlocks(gathered, () => {
        gathered.release();
        release();
      });
    });
  }

  release(): void {
    this.#release();
  }
}

function releaseAll(vectors: readonly HostedVector[]): void {
  for (const vector of vectors) vector.release();
}
