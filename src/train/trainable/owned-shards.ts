import type { ShardPiece, TensorKind } from '../../checkpoint/index.js';
import type { ShardRange } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import { AdamW, type AdamWSettings, sumOfSquares, type UpdateRates } from '../optimizer.js';
import type { HostedVector } from './hosted-vector.js';
import { type BlockReader, restoreVectors } from './trainable.js';

/** One rank's part of a block. */
export interface OwnedShard {
  readonly block: BlockLayout;
  readonly range: ShardRange;
  readonly parameters: HostedVector;
  readonly gradient: HostedVector;
}

/** The parts of all blocks that a rank updates, with their moments. Nothing here talks to another rank. */
export class OwnedShards {
  readonly shards: readonly OwnedShard[];
  readonly #engine: Engine;
  readonly #optimizer: AdamW;

  private constructor(engine: Engine, shards: readonly OwnedShard[], optimizer: AdamW) {
    this.#engine = engine;
    this.shards = shards;
    this.#optimizer = optimizer;
  }

  static async create(engine: Engine, shards: readonly OwnedShard[], settings: AdamWSettings): Promise<OwnedShards> {
    const parts = shards.map(({ block, range }) => ({ block, ...range }));
    return new OwnedShards(engine, shards, await AdamW.create(engine, parts, settings));
  }

  /** Of the gradients, on the engine's side. */
  async squares(): Promise<number> {
    return sumOfSquares(
      this.#engine,
      this.shards.map(({ gradient }) => gradient.vector),
    );
  }

  /** Parameters are changed on both sides. */
  async update(rates: UpdateRates): Promise<void> {
    const parameters = this.shards.map((shard) => shard.parameters.vector);
    const gradients = this.shards.map((shard) => shard.gradient.vector);
    await this.#optimizer.update(parameters, gradients, rates);
    for (const shard of this.shards) await shard.parameters.toHost();
  }

  pieces(): ShardPiece[] {
    const { firstMoments, secondMoments } = this.#optimizer;
    return this.shards.flatMap(({ range, parameters }, block) => [
      { kind: 'parameters', block, ...range, values: parameters.host } as const,
      ...([['firstMoment', firstMoments] as const, ['secondMoment', secondMoments] as const] as const).map(
        ([kind, moments]): ShardPiece => ({
          kind,
          block,
          ...range,
          values: (into) => this.#engine.download(moments[block]!, into),
        }),
      ),
    ]);
  }

  async restoreMoments(kind: Exclude<TensorKind, 'parameters'>, read: BlockReader): Promise<void> {
    const { firstMoments, secondMoments } = this.#optimizer;
    await restoreVectors(this.#engine, kind === 'firstMoment' ? firstMoments : secondMoments, (block, into) =>
      read(block, this.shards[block]!.range.start, into),
    );
  }

  async restoreParameters(read: BlockReader): Promise<void> {
    for (const [block, { parameters, range }] of this.shards.entries()) {
      await read(block, range.start, parameters.host);
      await parameters.toEngine();
    }
  }

  release(): void {
    this.#optimizer.release();
    for (const { parameters, gradient } of this.shards) {
      parameters.release();
      gradient.release();
    }
  }
}
