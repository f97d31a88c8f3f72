import type { Communicator } from '../../collectives/index.js';
import type { BlockLayout, Engine } from '../../engine/index.js';
import { hasMatrix } from '../vectors.js';
import { building } from './building.js';
import { HostedVector } from './hosted-vector.js';

/** Memory of one whole block at a time, and a vector over it for each size of block that it serves. */
interface Slot {
  readonly vectors: ReadonlyMap<number, HostedVector>;
}

/** A block's vector over memory that is its own until it is given back. */
export interface BlockBuffer {
  readonly hosted: HostedVector;
  readonly slot: Slot;
}

/**
 * Memory for whole blocks, for as many as are in use at once: two of a size that many blocks have (one computed, one on its
 * way), one of the others. An embedding and a head with a matrix of its own, the largest blocks of most models, share one.
 */
export class BlockBuffers {
  readonly #slots: readonly Slot[];
  readonly #free: Slot[];
  readonly #waiting: { readonly size: number; readonly take: (slot: Slot) => void }[] = [];

  private constructor(slots: readonly Slot[]) {
    this.#slots = slots;
    this.#free = [...slots];
  }

  static async create(
    engine: Engine,
    communicator: Communicator,
    blocks: readonly BlockLayout[],
  ): Promise<BlockBuffers> {
    return building(async (keep) => {
      const slots: Slot[] = [];
      for (const sizes of slotSizes(blocks)) {
        const host = communicator.allocate(Math.max(...sizes));
        const vectors = new Map<number, HostedVector>();
        for (const size of sizes) vectors.set(size, keep(await HostedVector.over(engine, host.subarray(0, size))));
        slots.push({ vectors });
      }
      return new BlockBuffers(slots);
    });
  }

  /** @returns `undefined` when all that serve the size are in use. */
  tryTake(size: number): BlockBuffer | undefined {
    const index = this.#free.findIndex(({ vectors }) => vectors.has(size));
    return index === -1 ? undefined : bufferOf(this.#free.splice(index, 1)[0]!, size);
  }

  /** Waits until one is given back. */
  async take(size: number): Promise<BlockBuffer> {
    const taken = this.tryTake(size);
    if (taken !== undefined) return taken;
    return bufferOf(await new Promise<Slot>((take) => this.#waiting.push({ size, take })), size);
  }

  giveBack({ slot }: BlockBuffer): void {
    const next = this.#waiting.findIndex(({ size }) => slot.vectors.has(size));
    if (next === -1) this.#free.push(slot);
    else this.#waiting.splice(next, 1)[0]!.take(slot);
  }

  release(): void {
    for (const { vectors } of this.#slots) for (const vector of vectors.values()) vector.release();
  }
}

/** Sizes of blocks that each slot serves; a slot takes memory for its largest. */
export function slotSizes(blocks: readonly BlockLayout[]): number[][] {
  const outer = blocks.filter(({ kind }) => kind === 'embedding' || kind === 'head');
  // A head without a matrix is computed with the embedding's: both are in use at once.
  const shared = outer.every(hasMatrix)
    ? [[...new Set(outer.map(({ size }) => size))]]
    : outer.map(({ size }) => [size]);
  const layers = blocks.filter((block) => !outer.includes(block)).map(({ size }) => size);
  const own = [...new Set(layers)].flatMap((size) =>
    layers.filter((other) => other === size).length > 1 ? [[size], [size]] : [[size]],
  );
  return [...shared, ...own].filter((sizes) => sizes.length > 0);
}

function bufferOf(slot: Slot, size: number): BlockBuffer {
  return { slot, hosted: slot.vectors.get(size)! };
}
