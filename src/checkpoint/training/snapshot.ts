import { setImmediate as turn } from 'node:timers/promises';
import type { ShardPiece } from './pieces.js';

/** Elements copied before other work of the process has a turn: 4 MB, a millisecond or two. */
const SLICE_ELEMENTS = 2 ** 20;

/** Copies of the vectors of one save, in memory that the next save uses again: fresh pages cost more than the copy. */
export class Snapshot {
  #buffers: readonly Float32Array[] = [];

  /** @returns the pieces' numbers, in their order, until the next call. */
  async take(pieces: readonly ShardPiece[]): Promise<readonly Float32Array[]> {
    const spare = [...this.#buffers];
    const buffers: Float32Array[] = [];
    for (const { start, end, values } of pieces) {
      const known = spare.findIndex((buffer) => buffer.length === end - start);
      const buffer = known === -1 ? new Float32Array(end - start) : spare.splice(known, 1)[0]!;
      buffers.push(buffer);
      if (typeof values === 'function') await values(buffer);
      else await copy(values, buffer);
    }
    this.#buffers = buffers;
    return buffers;
  }
}

async function copy(from: Float32Array, into: Float32Array): Promise<void> {
  for (let start = 0; start < into.length; start += SLICE_ELEMENTS) {
    into.set(from.subarray(start, start + SLICE_ELEMENTS), start);
    await turn();
  }
}
