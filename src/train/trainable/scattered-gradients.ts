import { type Communicator, shardRange } from '../../collectives/index.js';
import type { BlockLayout, Engine, Vector } from '../../engine/index.js';
import type { BlockVectors } from '../vectors.js';
import { BlockBuffers } from './block-buffers.js';
import type { HostedVector } from './hosted-vector.js';

export interface ScatteredGradientsOptions {
  readonly blocks: readonly BlockLayout[];
  /** This rank's share of each block's gradient. */
  readonly shards: readonly HostedVector[];
}

/**
 * Gradients that are summed over the ranks as soon as a block's backward is over, while the next one is computed. What a
 * share holds of the micro-batches before goes into the block that the engine adds to, and so into the next sum.
 */
export class ScatteredGradients implements BlockVectors {
  readonly #communicator: Communicator;
  readonly #options: ScatteredGradientsOptions;
  readonly #buffers: BlockBuffers;
  /** Of each block, the latest of this step. */
  readonly #reductions: (Promise<void> | undefined)[];

  private constructor(communicator: Communicator, options: ScatteredGradientsOptions, buffers: BlockBuffers) {
    this.#communicator = communicator;
    this.#options = options;
    this.#buffers = buffers;
    this.#reductions = options.blocks.map(() => undefined);
  }

  static async create(
    engine: Engine,
    communicator: Communicator,
    options: ScatteredGradientsOptions,
  ): Promise<ScatteredGradients> {
    const buffers = await BlockBuffers.create(engine, communicator, options.blocks);
    return new ScatteredGradients(communicator, options, buffers);
  }

  async lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T> {
    const { size } = this.#options.blocks[block]!;
    const buffer = await this.#buffers.take(size);
    const { hosted } = buffer;
    let result: T;
    try {
      await this.#begin(block, hosted.host);
      await hosted.toEngine();
      result = await use(hosted.vector);
      await hosted.toHost();
    } catch (error) {
      this.#buffers.giveBack(buffer);
      throw error;
    }
    const reduction = this.#communicator
      .reduceScatter(hosted.host, this.#options.shards[block]!.host)
      .finally(() => this.#buffers.giveBack(buffer));
    reduction.catch(() => undefined);
    this.#reductions[block] = reduction;
    return result;
  }

  /** Waits until every share holds the sum of what all ranks have added. */
  async settle(): Promise<void> {
    await Promise.all(this.#reductions);
    for (const shard of this.#options.shards) await shard.toEngine();
  }

  clear(): void {
    this.#reductions.fill(undefined);
  }

  release(): void {
    this.#buffers.release();
  }

  async #begin(block: number, whole: Float32Array): Promise<void> {
    const reduction = this.#reductions[block];
    whole.fill(0);
    if (reduction === undefined) return;
    await reduction;
    const { rank, worldSize } = this.#communicator;
    whole.set(this.#options.shards[block]!.host, shardRange(whole.length, rank, worldSize).start);
  }
}
