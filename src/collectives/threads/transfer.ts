import type { CollectiveArray } from '../communicator.js';
import { type ShardRange, shardRange } from '../shard.js';
import { copySlices, sumInOrder } from '../sum.js';

/** How the bytes of one operation get from rank to rank, once all ranks are known to have asked for the same. */
export interface Transfer {
  allGather(shard: CollectiveArray, whole: CollectiveArray): Promise<void>;
  reduceScatter(whole: CollectiveArray, shard: CollectiveArray): Promise<void>;
  broadcast(values: CollectiveArray, root: number): Promise<void>;
}

export interface TransferContext {
  readonly rank: number;
  readonly worldSize: number;
  meet(): Promise<void>;
}

/** Reads every rank's array straight from its owner's memory: one copy. */
export function directTransfer(
  { rank, worldSize, meet }: TransferContext,
  arrays: readonly CollectiveArray[],
): Transfer {
  const rangeOf = (whole: CollectiveArray, peer: number) => shardRange(whole.length, peer, worldSize);
  return {
    async allGather(shard, whole) {
      for (const [peer, array] of arrays.entries()) {
        const { start, end } = rangeOf(whole, peer);
        // Of a whole array, as in an allReduce, the peer's part; else the array is that part.
        const part = array.length === whole.length ? array.subarray(start, end) : array;
        await copyUnlessSame(peer === rank ? shard : part, whole.subarray(start, end));
      }
      // Nobody may change an array that another still reads.
      await meet();
    },
    async reduceScatter(whole, shard) {
      const { start, end } = rangeOf(whole, rank);
      await sumInOrder(
        arrays.map((array) => array.subarray(start, end)),
        shard,
      );
      await meet();
    },
    async broadcast(values, root) {
      if (rank !== root) await copySlices(arrays[root]!, values);
      await meet();
    },
  };
}

async function copyUnlessSame(from: CollectiveArray, into: CollectiveArray): Promise<void> {
  if (from.buffer !== into.buffer || from.byteOffset !== into.byteOffset) await copySlices(from, into);
}

/** A half of every rank's staging buffer, viewed as the type that moves. */
export type NextHalf = () => readonly CollectiveArray[];

/**
 * Passes the arrays through shared memory, a piece at a time: two copies. The halves of the staging buffers take turns,
 * so that one meeting a piece is enough: whoever writes to a half has met all others since they read from it.
 */
export function stagedTransfer({ rank, worldSize, meet }: TransferContext, nextHalf: NextHalf): Transfer {
  const ranges = (whole: CollectiveArray) =>
    Array.from({ length: worldSize }, (_, peer) => shardRange(whole.length, peer, worldSize));
  return {
    async allGather(shard, whole) {
      const shards = ranges(whole);
      const longest = shards[0]!.end;
      for (let done = 0, piece = 0; done < longest; done += piece) {
        const half = nextHalf();
        piece = half[rank]!.length;
        half[rank]!.set(shard.subarray(done, done + piece));
        await meet();
        for (const [peer, range] of shards.entries()) {
          const into = part(whole, range, done, piece);
          into.set(half[peer]!.subarray(0, into.length));
        }
      }
    },
    async reduceScatter(whole, shard) {
      const shards = ranges(whole);
      const longest = shards[0]!.end;
      for (let done = 0, piece = 0; done < longest; done += piece) {
        const half = nextHalf();
        piece = Math.floor(half[rank]!.length / worldSize);
        for (const [peer, range] of shards.entries()) half[rank]!.set(part(whole, range, done, piece), peer * piece);
        await meet();
        const into = shard.subarray(done, done + piece);
        const mine = half.map((staged) => staged.subarray(rank * piece, rank * piece + into.length));
        await sumInOrder(mine, into);
      }
    },
    async broadcast(values, root) {
      for (let done = 0, piece = 0; done < values.length; done += piece) {
        const half = nextHalf();
        piece = half[root]!.length;
        const current = values.subarray(done, done + piece);
        if (rank === root) half[root]!.set(current);
        await meet();
        if (rank !== root) current.set(half[root]!.subarray(0, current.length));
      }
    },
  };
}

function part(whole: CollectiveArray, { start, end }: ShardRange, done: number, piece: number): CollectiveArray {
  return whole.subarray(Math.min(end, start + done), Math.min(end, start + done + piece));
}
