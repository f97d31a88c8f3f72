import type { ShardPiece, TensorKind } from '../../checkpoint/index.js';
import { type Communicator, shardRange } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import type { AdamWSettings, UpdateRates } from '../optimizer.js';
import type { BlockVectors } from '../vectors.js';
import { building } from './building.js';
import { type HostedVector, makeHosted } from './hosted-vector.js';
import { OwnedShards } from './owned-shards.js';
import type { BlockReader, Trainable } from './trainable.js';

/**
 * Every rank holds all parameters and gradients; the optimizer's work and its moments are divided (ZeRO-1, Rajbhandari et
 * al. 2020) or done by every rank for itself.
 */
export class ReplicatedTrainable implements Trainable {
  readonly parameters: BlockVectors;
  readonly gradients: BlockVectors;
  readonly #communicator: Communicator;
  readonly #isDivided: boolean;
  readonly #parameters: readonly HostedVector[];
  readonly #gradients: readonly HostedVector[];
  readonly #owned: OwnedShards;

  private constructor(
    communicator: Communicator,
    isDivided: boolean,
    vectors: { readonly parameters: readonly HostedVector[]; readonly gradients: readonly HostedVector[] },
    owned: OwnedShards,
  ) {
    this.#communicator = communicator;
    this.#isDivided = isDivided;
    this.#parameters = vectors.parameters;
    this.#gradients = vectors.gradients;
    this.#owned = owned;
    this.parameters = { lend: (block, use) => use(vectors.parameters[block]!.vector) };
    this.gradients = { lend: (block, use) => use(vectors.gradients[block]!.vector) };
  }

  /** @param mode - `optimizer` divides the moments among the ranks, `none` nothing. */
  static async create(
    engine: Engine,
    blocks: readonly BlockLayout[],
    communicator: Communicator,
    { mode, ...settings }: AdamWSettings & { readonly mode: 'optimizer' | 'none' },
  ): Promise<ReplicatedTrainable> {
    const { rank, worldSize } = communicator;
    const memory = () => blocks.map(({ size }) => communicator.allocate(size));
    const ranges = blocks.map(({ size }) =>
      mode === 'none' ? { start: 0, end: size } : shardRange(size, rank, worldSize),
    );
    // A shard lies inside the whole, so that what is gathered need not be copied there first.
    const insideOf = (whole: readonly HostedVector[]) =>
      whole.map(({ host }, block) => host.subarray(ranges[block]!.start, ranges[block]!.end));
    const apart = () => ranges.map(({ start, end }) => communicator.allocate(end - start));
    return building(async (keep) => {
      const parameters = keep(await makeHosted(engine, memory()));
      const gradients = keep(await makeHosted(engine, memory()));
      const isWhole = mode === 'none';
      const shardParameters = isWhole ? parameters : keep(await makeHosted(engine, insideOf(parameters)));
      const shardGradients = isWhole ? gradients : keep(await makeHosted(engine, apart()));
      const shards = blocks.map((block, index) => ({
        block,
        range: ranges[index]!,
        parameters: shardParameters[index]!,
        gradient: shardGradients[index]!,
      }));
      const owned = await OwnedShards.create(engine, shards, settings);
      return new ReplicatedTrainable(communicator, mode === 'optimizer', { parameters, gradients }, owned);
    });
  }

  async reduceGradients(): Promise<void> {
    for (const [block, whole] of this.#gradients.entries()) {
      const { gradient } = this.#owned.shards[block]!;
      await whole.toHost();
      if (this.#isDivided) await this.#communicator.reduceScatter(whole.host, gradient.host);
      else await this.#communicator.allReduce(whole.host);
      await gradient.toEngine();
    }
  }

  async gradientNorm(): Promise<number> {
    const squares = Float64Array.of(await this.#owned.squares());
    if (this.#isDivided) await this.#communicator.allReduce(squares);
    return Math.sqrt(squares[0]!);
  }

  async update(rates: UpdateRates): Promise<void> {
    await this.#owned.update(rates);
    if (!this.#isDivided) return;
    for (const [block, whole] of this.#parameters.entries()) {
      await this.#communicator.allGather(this.#owned.shards[block]!.parameters.host, whole.host);
      await whole.toEngine();
    }
  }

  async clearGradients(): Promise<void> {
    for (const gradient of this.#gradients) {
      gradient.host.fill(0);
      await gradient.toEngine();
    }
  }

  pieces(): ShardPiece[] {
    return this.#isDivided || this.#communicator.rank === 0 ? this.#owned.pieces() : [];
  }

  async restore(kind: TensorKind, read: BlockReader): Promise<void> {
    if (kind !== 'parameters') return this.#owned.restoreMoments(kind, read);
    for (const [block, whole] of this.#parameters.entries()) {
      await read(block, 0, whole.host);
      await whole.toEngine();
      await this.#owned.shards[block]!.parameters.toEngine();
    }
  }

  async readBlock(block: number, into: Float32Array | undefined): Promise<void> {
    into?.set(this.#parameters[block]!.host);
  }

  release(): void {
    this.#owned.release();
    for (const vector of [...this.#parameters, ...this.#gradients]) vector.release();
  }
}
