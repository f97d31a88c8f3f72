import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import { type HostedVector, makeHosted } from './hosted-vector.js';

/**
 * Memory for whole blocks, for as many as are in use at once: two of a size that many blocks have (one computed, one on its
 * way), one of the others.
 */
export class BlockBuffers {
  readonly #buffers: readonly HostedVector[];
  readonly #free: HostedVector[];
  readonly #waiting: { readonly size: number; readonly take: (buffer: HostedVector) => void }[] = [];

  private constructor(buffers: readonly HostedVector[]) {
    this.#buffers = buffers;
    this.#free = [...buffers];
  }

  static async create(
    engine: Engine,
    communicator: Communicator,
    blocks: readonly BlockLayout[],
  ): Promise<BlockBuffers> {
    const sizes = blocks.map(({ size }) => size);
    const wanted = [...new Set(sizes)].flatMap((size) => {
      const blocksOfSize = sizes.filter((other) => other === size).length;
      return Array.from({ length: Math.min(2, blocksOfSize) }, () => communicator.allocate(size));
    });
    return new BlockBuffers(await makeHosted(engine, wanted));
  }

  /** @returns `undefined` when all of that size are in use. */
  tryTake(size: number): HostedVector | undefined {
    const index = this.#free.findIndex(({ host }) => host.length === size);
    return index === -1 ? undefined : this.#free.splice(index, 1)[0];
  }

  /** Waits until one is given back. */
  async take(size: number): Promise<HostedVector> {
    return this.tryTake(size) ?? new Promise<HostedVector>((take) => this.#waiting.push({ size, take }));
  }

  giveBack(buffer: HostedVector): void {
    const next = this.#waiting.findIndex(({ size }) => size === buffer.host.length);
    if (next === -1) this.#free.push(buffer);
    else this.#waiting.splice(next, 1)[0]!.take(buffer);
  }

  release(): void {
    for (const buffer of this.#buffers) buffer.release();
  }
}
