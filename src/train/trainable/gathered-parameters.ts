import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine, Vector } from '../../engine/index.js';
import type { BlockVectors } from '../vectors.js';
import { type BlockBuffer, BlockBuffers } from './block-buffers.js';
import type { HostedVector } from './hosted-vector.js';

export interface GatheredParametersOptions {
  readonly blocks: readonly BlockLayout[];
  /** This rank's share of each block. */
  readonly shards: readonly HostedVector[];
  /** Whether blocks are brought before they are asked for. */
  readonly prefetch: boolean;
}

/**
 * Parameters that are put together from all ranks' shares when a block is about to be computed. Ranks must make the same
 * collective calls in the same order, so each is made at once, where it is asked for, and never waits for memory.
 */
export class GatheredParameters implements BlockVectors {
  readonly #communicator: Communicator;
  readonly #options: GatheredParametersOptions;
  readonly #buffers: BlockBuffers;
  /** Brought, or on their way, and not asked for yet. */
  readonly #ahead = new Map<number, Gathering>();

  private constructor(communicator: Communicator, options: GatheredParametersOptions, buffers: BlockBuffers) {
    this.#communicator = communicator;
    this.#options = options;
    this.#buffers = buffers;
  }

  static async create(
    engine: Engine,
    communicator: Communicator,
    options: GatheredParametersOptions,
  ): Promise<GatheredParameters> {
    const buffers = await BlockBuffers.create(engine, communicator, options.blocks);
    return new GatheredParameters(communicator, options, buffers);
  }

  lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T> {
    return this.#lend(block, ({ vector }) => use(vector));
  }

  /** @param into - filled where it is given; every rank calls */
  async read(block: number, into: Float32Array | undefined): Promise<void> {
    await this.#lend(block, async ({ host }) => into?.set(host));
  }

  async #lend<T>(block: number, use: (hosted: HostedVector) => Promise<T>): Promise<T> {
    const gathering = this.#ahead.get(block) ?? this.#gather(block);
    this.#ahead.delete(block);
    if (gathering === undefined) throw new TypeError(`Block ${block} is asked for while its memory is in use.`);
    try {
      await gathering.done;
      return await use(gathering.buffer.hosted);
    } finally {
      this.#buffers.giveBack(gathering.buffer);
    }
  }

  prefetch(block: number): void {
    if (!this.#options.prefetch || this.#ahead.has(block)) return;
    const gathering = this.#gather(block);
    if (gathering !== undefined) this.#ahead.set(block, gathering);
  }

  release(): void {
    this.#buffers.release();
  }

  /** @returns `undefined` when there is no memory for it now. */
  #gather(block: number): Gathering | undefined {
    const buffer = this.#buffers.tryTake(this.#options.blocks[block]!.size);
    if (buffer === undefined) return undefined;
    const { hosted } = buffer;
    const gathered = this.#communicator.allGather(this.#options.shards[block]!.host, hosted.host);
    const done = gathered.then(() => hosted.toEngine());
    // Whoever asks for the block gets the error; perhaps nobody does.
    done.catch(() => undefined);
    return { buffer, done };
  }
}

interface Gathering {
  readonly buffer: BlockBuffer;
  readonly done: Promise<void>;
}
