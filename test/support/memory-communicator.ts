import { type CollectiveArray, type Communicator, shardRange } from '../../src/collectives/index.js';

/**
 * The ranks of a world inside one thread: a collective is done when every rank has made it. Ranks that call different
 * collectives, or with different lengths, are an error on all of them.
 */
export function memoryWorld(worldSize: number): Communicator[] {
  const meetings: Meeting[] = [];
  return Array.from({ length: worldSize }, (_, rank) => new MemoryRank(rank, worldSize, meetings));
}

interface Meeting {
  readonly name: string;
  readonly arrays: (readonly CollectiveArray[])[];
  readonly done: Promise<void>;
  finish: () => void;
  fail: (error: Error) => void;
}

class MemoryRank implements Communicator {
  readonly backend = 'memory';
  readonly rank: number;
  readonly worldSize: number;
  readonly #meetings: Meeting[];
  #calls = 0;

  constructor(rank: number, worldSize: number, meetings: Meeting[]) {
    this.rank = rank;
    this.worldSize = worldSize;
    this.#meetings = meetings;
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }

  allGather(shard: Float32Array, whole: Float32Array): Promise<void> {
    return this.#meet(`allGather of ${whole.length}`, [shard, whole], (ranks) => {
      const shards = ranks.map(([part]) => part!.slice());
      for (const [, all] of ranks)
        for (const [rank, part] of shards.entries())
          all!.set(part, shardRange(all!.length, rank, this.worldSize).start);
    });
  }

  reduceScatter(whole: Float32Array, shard: Float32Array): Promise<void> {
    return this.#meet(`reduceScatter of ${whole.length}`, [whole, shard], (ranks) => {
      const total = sum(ranks.map(([all]) => all!));
      for (const [rank, [, part]] of ranks.entries()) {
        const { start, end } = shardRange(total.length, rank, this.worldSize);
        part!.set(total.subarray(start, end));
      }
    });
  }

  allReduce(values: CollectiveArray): Promise<void> {
    return this.#meet(`allReduce of ${values.length}`, [values], (ranks) => {
      const total = sum(ranks.map(([all]) => all!));
      for (const [all] of ranks) all!.set(total);
    });
  }

  broadcast(values: CollectiveArray, root: number): Promise<void> {
    return this.#meet(`broadcast of ${values.length} from ${root}`, [values], (ranks) => {
      for (const [all] of ranks) all!.set(ranks[root]![0]!);
    });
  }

  barrier(): Promise<void> {
    return this.#meet('barrier', [], () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #meet(
    name: string,
    arrays: readonly CollectiveArray[],
    carryOut: (ranks: readonly (readonly CollectiveArray[])[]) => void,
  ): Promise<void> {
    const call = this.#calls++;
    this.#meetings[call] ??= newMeeting(name);
    const meeting = this.#meetings[call];
    if (meeting.name !== name) meeting.fail(new Error(`rank ${this.rank} called ${name}, others ${meeting.name}`));
    meeting.arrays[this.rank] = arrays;
    if (Object.keys(meeting.arrays).length === this.worldSize) {
      carryOut(meeting.arrays);
      meeting.finish();
    }
    return meeting.done;
  }
}

function newMeeting(name: string): Meeting {
  let finish!: () => void;
  let fail!: (error: Error) => void;
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { name, arrays: [], done, finish, fail };
}

function sum(arrays: readonly CollectiveArray[]): CollectiveArray {
  const total = arrays[0]!.slice();
  for (const array of arrays.slice(1))
    for (let index = 0; index < total.length; index++) total[index]! += array[index]!;
  return total;
}
