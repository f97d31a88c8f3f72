import {
  arrayCall,
  CALL_NUMBERS,
  type Call,
  plainCall,
  readCall,
  requireSameCalls,
  shardCall,
  writeCall,
} from '../call.js';
import type { CollectiveArray, Communicator } from '../communicator.js';
import { Watchdog } from '../deadline.js';
import { SerialQueue } from '../serial-queue.js';
import { shardRange } from '../shard.js';
import { Meeting } from './meeting.js';
import { SharedMemory } from './shared-memory.js';
import { HEADER_NUMBERS, STAGING_HALF, type ThreadsTicket } from './ticket.js';
import { directTransfer, stagedTransfer, type Transfer, type TransferContext } from './transfer.js';

/**
 * Joins a world of threads, in the thread that is to be the ticket's rank.
 *
 * @param ticket - one of {@link ThreadsWorld.tickets}, used once.
 * @internal
 */
export function joinThreads(ticket: ThreadsTicket): Communicator {
  return new ThreadsCommunicator(ticket);
}

/** Ranks that are threads of one process, over memory they share. */
class ThreadsCommunicator implements Communicator {
  readonly backend = 'threads';
  readonly rank: number;
  readonly worldSize: number;
  readonly #ticket: ThreadsTicket;
  readonly #meeting: Meeting;
  readonly #memory: SharedMemory;
  readonly #headers: Float64Array;
  readonly #queue = new SerialQueue();
  readonly #watchdog: Watchdog;
  #calls = 0;
  #pieces = 0;

  constructor(ticket: ThreadsTicket) {
    this.rank = ticket.rank;
    this.worldSize = ticket.worldSize;
    this.#ticket = ticket;
    this.#meeting = new Meeting(ticket);
    this.#memory = new SharedMemory(ticket.rank, ticket.channel);
    this.#headers = new Float64Array(ticket.headers);
    this.#watchdog = new Watchdog(ticket.deadline, () => this.#giveUp());
    // Memory can be shown to the others once each of them listens.
    this.#enqueue(() => this.#meet()).catch(() => undefined);
  }

  // V8 does not count shared memory towards the next collection: arrays are to be kept and used again.
  allocate(length: number): Float32Array {
    return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  }

  allGather(shard: Float32Array, whole: Float32Array): Promise<void> {
    return this.#collective(shardCall('allGather', shard, whole), shard, (transfer) =>
      transfer.allGather(shard, whole),
    );
  }

  reduceScatter(whole: Float32Array, shard: Float32Array): Promise<void> {
    return this.#collective(shardCall('reduceScatter', shard, whole), whole, (transfer) =>
      transfer.reduceScatter(whole, shard),
    );
  }

  allReduce(values: CollectiveArray): Promise<void> {
    const { start, end } = shardRange(values.length, this.rank, this.worldSize);
    const shard = values.subarray(start, end);
    return this.#collective(arrayCall('allReduce', values), values, async (transfer) => {
      await transfer.reduceScatter(values, shard);
      await transfer.allGather(shard, values);
    });
  }

  broadcast(values: CollectiveArray, root: number): Promise<void> {
    return this.#collective(arrayCall('broadcast', values, root), values, (transfer) =>
      transfer.broadcast(values, root),
    );
  }

  barrier(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#agree(plainCall('barrier'), undefined);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#meeting.fail({ rank: this.rank, problem: 'has left the job, while others went on.' });
    this.#memory.close();
  }

  /** @param source - the array that other ranks read. */
  #collective(call: Call, source: CollectiveArray, move: (transfer: Transfer) => Promise<void>): Promise<void> {
    return this.#enqueue(async () => {
      const arrays = await this.#agree(call, source);
      const context: TransferContext = {
        rank: this.rank,
        worldSize: this.worldSize,
        meet: () => this.#meet(),
      };
      const transfer =
        arrays === undefined
          ? stagedTransfer(context, () => this.#nextHalf(call.bytesPerElement))
          : directTransfer(context, arrays);
      await move(transfer);
    });
  }

  /**
   * Compares the ranks' calls.
   *
   * @returns each rank's array, when all of them lie in shared memory.
   */
  async #agree(call: Call, source: CollectiveArray | undefined): Promise<CollectiveArray[] | undefined> {
    // Headers of even and odd calls take turns: nobody can be two calls ahead of one who still reads.
    const first = (this.#calls++ % 2) * this.worldSize;
    const offsetOf = (rank: number) => (first + rank) * HEADER_NUMBERS;
    const location = source && this.#memory.locate(source);
    writeCall(call, this.#headers, offsetOf(this.rank));
    this.#headers.set([location?.buffer ?? 0, location?.byteOffset ?? 0], offsetOf(this.rank) + CALL_NUMBERS);
    await this.#meet();
    const ranks = Array.from({ length: this.worldSize }, (_, rank) => rank);
    const headers = ranks.map((rank) => this.#headers.slice(offsetOf(rank), offsetOf(rank) + HEADER_NUMBERS));
    const calls = headers.map((header) => readCall(header, 0));
    requireSameCalls(calls);
    const locations = headers.map((header) => ({
      buffer: header[CALL_NUMBERS]!,
      byteOffset: header[CALL_NUMBERS + 1]!,
    }));
    if (locations.some(({ buffer }) => buffer === 0)) return undefined;
    return Promise.all(
      locations.map(async ({ buffer, byteOffset }, rank) => {
        if (rank === this.rank) return source!;
        const memory = await this.#memory.resolve(rank, buffer);
        const { operation, shardLength, length, bytesPerElement } = calls[rank]!;
        const count = operation === 'allGather' ? shardLength : length;
        return viewAs(bytesPerElement, memory, byteOffset, count);
      }),
    );
  }

  #nextHalf(bytesPerElement: number): CollectiveArray[] {
    const byteOffset = (this.#pieces++ % 2) * STAGING_HALF;
    return this.#ticket.staging.map((buffer) =>
      viewAs(bytesPerElement, buffer, byteOffset, STAGING_HALF / bytesPerElement),
    );
  }

  // The watchdog's timer also keeps the thread alive: waiting for another thread's wake-up alone would let it end.
  #enqueue(task: () => Promise<void>): Promise<void> {
    return this.#watchdog.watch(() => this.#queue.run(task));
  }

  async #meet(): Promise<void> {
    this.#watchdog.restart();
    await this.#meeting.meet();
  }

  #giveUp(): void {
    const [rank] = this.#meeting.missing();
    if (rank === undefined) return;
    const seconds = this.#ticket.deadline / 1000;
    this.#meeting.fail({ rank, problem: `has not answered rank ${this.rank} for ${seconds} s.` });
  }
}

function viewAs(bytesPerElement: number, buffer: SharedArrayBuffer, byteOffset: number, length: number) {
  return bytesPerElement === Float32Array.BYTES_PER_ELEMENT
    ? new Float32Array(buffer, byteOffset, length)
    : new Float64Array(buffer, byteOffset, length);
}
