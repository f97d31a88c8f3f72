import type { CollectiveArray } from './communicator.js';
import { CollectiveMismatchError } from './errors.js';
import { shardRange } from './shard.js';

const OPERATIONS = ['barrier', 'allGather', 'reduceScatter', 'allReduce', 'broadcast', 'leave'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What one rank asks for, to be compared with what the others ask for before anything moves. */
export interface Call {
  readonly operation: Operation;
  readonly bytesPerElement: number;
  /** Elements of the whole array. */
  readonly length: number;
  /** Elements of this rank's shard, where the operation has one; else 0. */
  readonly shardLength: number;
  /** Rank that broadcasts; else 0. */
  readonly root: number;
}

/** Numbers that a call is written as. */
export const CALL_NUMBERS = 5;

export function arrayCall(operation: Operation, values: CollectiveArray, root = 0): Call {
  return { operation, bytesPerElement: values.BYTES_PER_ELEMENT, length: values.length, shardLength: 0, root };
}

export function shardCall(operation: Operation, shard: Float32Array, whole: Float32Array): Call {
  return { ...arrayCall(operation, whole), shardLength: shard.length };
}

/** A call without numbers; `leave` says that a rank is done, and only fits together with everybody's. */
export function plainCall(operation: 'barrier' | 'leave'): Call {
  return { operation, bytesPerElement: 4, length: 0, shardLength: 0, root: 0 };
}

/** @param into - from its element `offset` on. */
export function writeCall(call: Call, into: Float64Array, offset: number): void {
  const { operation, bytesPerElement, length, shardLength, root } = call;
  into.set([OPERATIONS.indexOf(operation), bytesPerElement, length, shardLength, root], offset);
}

export function readCall(from: Float64Array, offset: number): Call {
  const [operation, bytesPerElement, length, shardLength, root] = from.subarray(offset, offset + CALL_NUMBERS);
  return {
    operation: OPERATIONS[operation!]!,
    bytesPerElement: bytesPerElement!,
    length: length!,
    shardLength: shardLength!,
    root: root!,
  };
}

/** @throws CollectiveMismatchError on every rank alike, when the ranks' calls do not belong together. */
export function requireSameCalls(calls: readonly Call[]): void {
  const [first] = calls;
  const fits = calls.every(
    (call, rank) =>
      call.operation === first!.operation &&
      call.bytesPerElement === first!.bytesPerElement &&
      call.length === first!.length &&
      call.root === first!.root &&
      call.root >= 0 &&
      call.root < calls.length &&
      call.shardLength === expectedShard(call, rank, calls.length),
  );
  if (!fits) throw new CollectiveMismatchError(calls.map((call, rank) => describeCall(call, rank, calls.length)));
}

function expectedShard({ operation, length }: Call, rank: number, worldSize: number): number {
  if (operation !== 'allGather' && operation !== 'reduceScatter') return 0;
  const { start, end } = shardRange(length, rank, worldSize);
  return end - start;
}

export function describeCall(call: Call, rank: number, worldSize: number): string {
  const { operation, bytesPerElement, length, shardLength, root } = call;
  if (operation === 'barrier') return 'barrier()';
  if (operation === 'leave') return 'left the job';
  const type = bytesPerElement === 4 ? 'float32' : 'float64';
  const whole = `${operation} of ${length} ${type}`;
  if (operation === 'broadcast') return `${whole} from rank ${root}`;
  const expected = expectedShard(call, rank, worldSize);
  if (shardLength === expected) return whole;
  return `${whole} with a shard of ${shardLength} where ${expected} belong`;
}
