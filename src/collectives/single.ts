import type { CollectiveArray, Communicator } from './communicator.js';

/** A world of one rank: nothing has to move. */
export class SingleRank implements Communicator {
  readonly rank = 0;
  readonly worldSize = 1;
  readonly backend = 'single';

  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }

  async allGather(shard: Float32Array, whole: Float32Array): Promise<void> {
    copy(shard, whole);
  }

  async reduceScatter(whole: Float32Array, shard: Float32Array): Promise<void> {
    copy(whole, shard);
  }

  async allReduce(_values: CollectiveArray): Promise<void> {}

  async broadcast(_values: CollectiveArray, _root: number): Promise<void> {}

  async barrier(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

function copy(from: Float32Array, to: Float32Array): void {
  if (from.buffer !== to.buffer || from.byteOffset !== to.byteOffset) to.set(from);
}
