import {
  arrayCall,
  CALL_NUMBERS,
  type Call,
  describeCall,
  plainCall,
  readCall,
  requireSameCalls,
  shardCall,
  writeCall,
} from '../call.js';
import type { CollectiveArray, Communicator } from '../communicator.js';
import { Watchdog } from '../deadline.js';
import { RankError } from '../errors.js';
import { SerialQueue } from '../serial-queue.js';
import { type ShardRange, shardRange } from '../shard.js';
import { sumInOrder } from '../sum.js';
import type { Job } from './job.js';
import type { MpiLibrary } from './library.js';

/** Bytes of other ranks' numbers that are held at a time while they are summed. */
const EXCHANGE_BYTES = 16 << 20;
/** In a header that has not come yet. */
const MISSING = -1;

/** Ranks that are processes, over an installed MPI library. */
export class MpiCommunicator implements Communicator {
  readonly backend = 'mpi';
  readonly rank: number;
  readonly worldSize: number;
  readonly #library: MpiLibrary;
  readonly #job: Job;
  readonly #deadline: number;
  // MPI leaves it to the caller that collectives do not overlap; the data of those that do is corrupted silently.
  readonly #queue = new SerialQueue();
  readonly #watchdog: Watchdog;
  readonly #header = new Float64Array(CALL_NUMBERS);
  readonly #headers: Float64Array;
  #current = '';

  constructor(library: MpiLibrary, job: Job, deadline: number) {
    this.#library = library;
    this.#job = job;
    this.#deadline = deadline;
    this.rank = job.rank;
    this.worldSize = job.worldSize;
    this.#headers = new Float64Array(CALL_NUMBERS * job.worldSize);
    this.#watchdog = new Watchdog(deadline, () => this.#giveUp());
  }

  allocate(length: number): Float32Array {
    return new Float32Array(length);
  }

  allGather(shard: Float32Array, whole: Float32Array): Promise<void> {
    return this.#collective(shardCall('allGather', shard, whole), () => this.#gather(shard, whole));
  }

  reduceScatter(whole: Float32Array, shard: Float32Array): Promise<void> {
    return this.#collective(shardCall('reduceScatter', shard, whole), () => this.#scatterSum(whole, shard));
  }

  allReduce(values: CollectiveArray): Promise<void> {
    const { start, end } = shardRange(values.length, this.rank, this.worldSize);
    const shard = values.subarray(start, end);
    return this.#collective(arrayCall('allReduce', values), async () => {
      await this.#scatterSum(values, shard);
      await this.#gather(shard, values);
    });
  }

  broadcast(values: CollectiveArray, root: number): Promise<void> {
    return this.#collective(arrayCall('broadcast', values, root), () =>
      this.#native(this.#library.broadcast(values, values.length, this.#typeOf(values), root)),
    );
  }

  barrier(): Promise<void> {
    return this.#collective(plainCall('barrier'), async () => undefined);
  }

  /** Waits for the others to be done too. After a failure the process ends as failed instead, see {@link joinMpi}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collective(plainCall('leave'), () => this.#job.leave()).catch(() => undefined);
  }

  #collective(call: Call, move: () => Promise<void>): Promise<void> {
    return this.#watchdog.watch(() =>
      this.#queue.run(async () => {
        this.#current = describeCall(call, this.rank, this.worldSize);
        await this.#agree(call);
        await move();
      }),
    );
  }

  /** Compares the ranks' calls: MPI itself would wait for ever or write past an array's end. */
  async #agree(call: Call): Promise<void> {
    const peers = this.#peers();
    const { all, at } = this.#library.requests(2 * peers.length);
    writeCall(call, this.#header, 0);
    this.#headers.fill(MISSING);
    writeCall(call, this.#headers, this.rank * CALL_NUMBERS);
    // Straight from each to each, so that those which are missing are known by their empty place.
    for (const [index, peer] of peers.entries()) {
      const place = this.#headers.subarray(peer * CALL_NUMBERS, (peer + 1) * CALL_NUMBERS);
      this.#library.receive(place, CALL_NUMBERS, this.#library.double, peer, at(2 * index));
      this.#library.send(this.#header, CALL_NUMBERS, this.#library.double, peer, at(2 * index + 1));
    }
    await this.#native(this.#library.waitAll(2 * peers.length, all));
    const calls = Array.from({ length: this.worldSize }, (_, rank) => readCall(this.#headers, rank * CALL_NUMBERS));
    const gone = calls.findIndex(({ operation }) => operation === 'leave');
    if (gone >= 0 && calls.some(({ operation }) => operation !== 'leave'))
      throw new RankError({ rank: gone, problem: 'has left the job, while others went on.' });
    requireSameCalls(calls);
  }

  #gather(shard: CollectiveArray, whole: CollectiveArray): Promise<void> {
    const { allGather, inPlace } = this.#library;
    const shards = this.#shards(whole);
    const { start, end } = shards[this.rank]!;
    const own = whole.subarray(start, end);
    const same = shard.buffer === own.buffer && shard.byteOffset === own.byteOffset;
    const counts = Int32Array.from(shards, (range) => range.end - range.start);
    const offsets = Int32Array.from(shards, (range) => range.start);
    const type = this.#typeOf(whole);
    return this.#native(allGather(same ? inPlace : shard, end - start, type, whole, counts, offsets, type));
  }

  /**
   * Sums what the others send for this rank's shard, in the order of the ranks. MPI's own reductions choose their order by
   * the message's size and the number of ranks.
   */
  async #scatterSum(whole: CollectiveArray, shard: CollectiveArray): Promise<void> {
    const shards = this.#shards(whole);
    const type = this.#typeOf(whole);
    const longest = shards[0]!.end;
    const bytes = whole.BYTES_PER_ELEMENT * this.worldSize;
    const piece = Math.min(longest, Math.floor(EXCHANGE_BYTES / bytes));
    const received =
      whole instanceof Float32Array
        ? new Float32Array(piece * this.worldSize)
        : new Float64Array(piece * this.worldSize);
    for (let done = 0; done < longest; done += piece) {
      const parts = shards.map((range) => pieceOf(range, done, piece));
      const own = parts[this.rank]!;
      const count = own.end - own.start;
      const sendCounts = Int32Array.from(parts, ({ start, end }, peer) => (peer === this.rank ? 0 : end - start));
      const sendOffsets = Int32Array.from(parts, ({ start }) => start);
      const receiveCounts = Int32Array.from(parts, (_, peer) => (peer === this.rank ? 0 : count));
      const receiveOffsets = Int32Array.from(parts, (_, peer) => peer * piece);
      await this.#native(
        this.#library.allToAll(whole, sendCounts, sendOffsets, type, received, receiveCounts, receiveOffsets, type),
      );
      const sources = parts.map((_, peer) =>
        peer === this.rank ? whole.subarray(own.start, own.end) : received.subarray(peer * piece, peer * piece + count),
      );
      await sumInOrder(sources, shard.subarray(done, done + count));
    }
  }

  #peers(): number[] {
    return Array.from({ length: this.worldSize }, (_, rank) => rank).filter((rank) => rank !== this.rank);
  }

  #shards(whole: CollectiveArray): ShardRange[] {
    return Array.from({ length: this.worldSize }, (_, rank) => shardRange(whole.length, rank, this.worldSize));
  }

  #typeOf(values: CollectiveArray): unknown {
    return values instanceof Float32Array ? this.#library.float : this.#library.double;
  }

  /** Whatever fails inside MPI has left the ranks in different places: there is no going on. */
  async #native(call: Promise<void>): Promise<void> {
    this.#watchdog.restart();
    try {
      await call;
    } catch (error) {
      this.#job.abort(`Rank ${this.rank} of ${this.worldSize} failed in ${this.#current}: ${(error as Error).message}`);
    }
  }

  #giveUp(): void {
    const missing = this.#peers().filter((peer) => this.#headers[peer * CALL_NUMBERS] === MISSING);
    const named = missing.length > 0 ? missing : this.#peers();
    const subject = named.length === 1 ? `Rank ${named[0]} has` : `Ranks ${named.join(', ')} (or one of them) have`;
    this.#job.abort(
      `${subject} not answered rank ${this.rank} for ${this.#deadline / 1000} s in ${this.#current}: stopped, cut off, or slower than the deadline allows.`,
    );
  }
}

function pieceOf({ start, end }: ShardRange, done: number, piece: number): ShardRange {
  return { start: Math.min(end, start + done), end: Math.min(end, start + done + piece) };
}
