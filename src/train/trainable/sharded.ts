import type { ShardPiece, TensorKind } from '../../checkpoint/index.js';
import { type Communicator, shardRange } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import type { AdamWSettings, UpdateRates } from '../optimizer.js';
import { building } from './building.js';
import { GatheredParameters } from './gathered-parameters.js';
import { makeHosted } from './hosted-vector.js';
import { OwnedShards } from './owned-shards.js';
import { ScatteredGradients } from './scattered-gradients.js';
import type { BlockReader, Trainable } from './trainable.js';

/**
 * Each rank holds its share of every block's parameters, gradients and moments (ZeRO-3, Rajbhandari et al. 2020; FSDP's
 * full shard). A block is whole on a rank only while it is computed.
 */
export class ShardedTrainable implements Trainable {
  readonly parameters: GatheredParameters;
  readonly gradients: ScatteredGradients;
  readonly #communicator: Communicator;
  readonly #owned: OwnedShards;

  private constructor(
    communicator: Communicator,
    owned: OwnedShards,
    parameters: GatheredParameters,
    gradients: ScatteredGradients,
  ) {
    this.#communicator = communicator;
    this.#owned = owned;
    this.parameters = parameters;
    this.gradients = gradients;
  }

  static async create(
    engine: Engine,
    blocks: readonly BlockLayout[],
    communicator: Communicator,
    { prefetch, ...settings }: AdamWSettings & { readonly prefetch: boolean },
  ): Promise<ShardedTrainable> {
    const { rank, worldSize } = communicator;
    const ranges = blocks.map(({ size }) => shardRange(size, rank, worldSize));
    const memory = () => ranges.map(({ start, end }) => communicator.allocate(end - start));
    return building(async (keep) => {
      const parameters = keep(await makeHosted(engine, memory()));
      const gradients = keep(await makeHosted(engine, memory()));
      const shards = blocks.map((block, index) => ({
        block,
        range: ranges[index]!,
        parameters: parameters[index]!,
        gradient: gradients[index]!,
      }));
      return new ShardedTrainable(
        communicator,
        keep(await OwnedShards.create(engine, shards, settings)),
        keep(await GatheredParameters.create(engine, communicator, { blocks, shards: parameters, prefetch })),
        await ScatteredGradients.create(engine, communicator, { blocks, shards: gradients }),
      );
    });
  }

  async reduceGradients(): Promise<void> {
    await this.gradients.settle();
  }

  async gradientNorm(): Promise<number> {
    const squares = Float64Array.of(await this.#owned.squares());
    await this.#communicator.allReduce(squares);
    return Math.sqrt(squares[0]!);
  }

  async update(rates: UpdateRates): Promise<void> {
    await this.#owned.update(rates);
  }

  async clearGradients(): Promise<void> {
    this.gradients.clear();
  }

  pieces(): ShardPiece[] {
    return this.#owned.pieces();
  }

  async restore(kind: TensorKind, read: BlockReader): Promise<void> {
    if (kind === 'parameters') await this.#owned.restoreParameters(read);
    else await this.#owned.restoreMoments(kind, read);
  }

  async readBlock(block: number, into: Float32Array | undefined): Promise<void> {
    await this.parameters.read(block, into);
  }

  release(): void {
    this.parameters.release();
    this.gradients.release();
    this.#owned.release();
  }
}
