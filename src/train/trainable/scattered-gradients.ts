import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine, Vector } from '../../engine/index.js';
import type { BlockVectors } from '../vectors.js';
import { BlockBuffers } from './block-buffers.js';
import type { HostedVector } from './hosted-vector.js';

export interface ScatteredGradientsOptions {
  readonly blocks: readonly BlockLayout[];
  /** This rank's share of each block's gradient. */
  readonly shards: readonly HostedVector[];
}

/** Gradients that are summed over the ranks as soon as a block's backward is over, while the next one is computed. */
export class ScatteredGradients implements BlockVectors {
  readonly #communicator: Communicator;
  readonly #options: ScatteredGradientsOptions;
  readonly #buffers: BlockBuffers;
  /** Whether a block's share holds something of this step. */
  readonly #begun: boolean[];
  #reductions: Promise<void>[] = [];
  /** Where a share's next part arrives, one for each buffer. */
  readonly #arrivals = new Map<HostedVector, Float32Array>();

  private constructor(communicator: Communicator, options: ScatteredGradientsOptions, buffers: BlockBuffers) {
    this.#communicator = communicator;
    this.#options = options;
    this.#buffers = buffers;
    this.#begun = options.blocks.map(() => false);
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
    const buffer = await this.#buffers.take(this.#options.blocks[block]!.size);
    buffer.host.fill(0);
    await buffer.toEngine();
    let result: T;
    try {
      result = await use(buffer.vector);
      await buffer.toHost();
    } catch (error) {
      this.#buffers.giveBack(buffer);
      throw error;
    }
    const reduction = this.#reduce(block, buffer).finally(() => this.#buffers.giveBack(buffer));
    reduction.catch(() => undefined);
    this.#reductions.push(reduction);
    return result;
  }

  /** Waits until every share holds the sum of what all ranks have added. */
  async settle(): Promise<void> {
    const reductions = this.#reductions;
    this.#reductions = [];
    await Promise.all(reductions);
    for (const shard of this.#options.shards) await shard.toEngine();
  }

  clear(): void {
    this.#begun.fill(false);
  }

  release(): void {
    this.#buffers.release();
  }

  async #reduce(block: number, buffer: HostedVector): Promise<void> {
    const { host } = this.#options.shards[block]!;
    if (!this.#begun[block]) {
      this.#begun[block] = true;
      return this.#communicator.reduceScatter(buffer.host, host);
    }
    const arrival = this.#arrivals.get(buffer) ?? this.#communicator.allocate(host.length);
    this.#arrivals.set(buffer, arrival);
    await this.#communicator.reduceScatter(buffer.host, arrival);
    for (let index = 0; index < arrival.length; index++) host[index]! += arrival[index]!;
  }
}
