// What every backend promises, as checks that each rank runs for itself. Values are whole numbers small enough for sums
// to be exact, except where the order of a sum is the subject.
import assert from 'node:assert/strict';
import { type Communicator, shardRange } from '../../../src/collectives/index.js';
import { Random } from '../../../src/core/index.js';

type Check = (communicator: Communicator) => Promise<void>;
type Allocate = (length: number) => Float32Array;

const LENGTHS = [0, 1, 17, 1_000_003];

/** What rank `rank` contributes at an index. */
const value = (rank: number, index: number) => ((index * 7 + rank * 13) % 1001) - 500;

function fill<Values extends Float32Array | Float64Array>(values: Values, rank: number, start = 0): Values {
  for (let index = 0; index < values.length; index++) values[index] = value(rank, start + index);
  return values;
}

function assertSame(actual: ArrayLike<number>, expected: (index: number) => number, start = 0): void {
  for (let index = 0; index < actual.length; index++)
    if (actual[index] !== expected(start + index))
      assert.fail(`element ${start + index} of ${actual.length} is ${actual[index]}, not ${expected(start + index)}`);
}

const sumAt = (worldSize: number) => (index: number) => {
  let sum = 0;
  for (let rank = 0; rank < worldSize; rank++) sum += value(rank, index);
  return sum;
};

const ownerAt = (length: number, worldSize: number) => (index: number) => {
  for (let rank = 0; rank < worldSize; rank++)
    if (index < shardRange(length, rank, worldSize).end) return value(rank, index);
  return Number.NaN;
};

function gathers(length: number, memory: (communicator: Communicator) => Allocate): Check {
  return async (communicator) => {
    const { rank, worldSize } = communicator;
    const allocate = memory(communicator);
    const { start, end } = shardRange(length, rank, worldSize);
    const shard = fill(allocate(end - start), rank, start);
    const whole = allocate(length);
    await communicator.allGather(shard, whole);
    assertSame(whole, ownerAt(length, worldSize));
    assertSame(shard, (index) => value(rank, index), start);
    // The shard may be the very part of the whole.
    const inPlace = allocate(length);
    fill(inPlace.subarray(start, end), rank, start);
    await communicator.allGather(inPlace.subarray(start, end), inPlace);
    assertSame(inPlace, ownerAt(length, worldSize));
  };
}

function scatters(length: number, memory: (communicator: Communicator) => Allocate): Check {
  return async (communicator) => {
    const { rank, worldSize } = communicator;
    const allocate = memory(communicator);
    const { start, end } = shardRange(length, rank, worldSize);
    const whole = fill(allocate(length), rank);
    const shard = allocate(end - start);
    await communicator.reduceScatter(whole, shard);
    assertSame(shard, sumAt(worldSize), start);
    assertSame(whole, (index) => value(rank, index));
    await communicator.reduceScatter(whole, whole.subarray(start, end));
    assertSame(whole.subarray(start, end), sumAt(worldSize), start);
  };
}

function reduces(
  length: number,
  allocate: (communicator: Communicator, length: number) => Float32Array | Float64Array,
) {
  const check: Check = async (communicator) => {
    const values = fill(allocate(communicator, length), communicator.rank);
    await communicator.allReduce(values);
    assertSame(values, sumAt(communicator.worldSize));
  };
  return check;
}

function broadcasts(
  length: number,
  allocate: (communicator: Communicator, length: number) => Float32Array | Float64Array,
) {
  const check: Check = async (communicator) => {
    for (let root = 0; root < communicator.worldSize; root++) {
      const values = fill(allocate(communicator, length), communicator.rank);
      await communicator.broadcast(values, root);
      assertSame(values, (index) => value(root, index));
    }
  };
  return check;
}

/** Whoever adds in another order, or not always in the same, gets other bits. */
const sumsInOrder: Check = async (communicator) => {
  const { rank, worldSize } = communicator;
  const length = 10_007;
  const all = Array.from({ length: worldSize }, (_, peer) => awkward(peer, length));
  const expected = all[0]!.map((first, index) =>
    all.slice(1).reduce((sum, values) => Math.fround(sum + values[index]!), first),
  );
  const { start, end } = shardRange(length, rank, worldSize);
  for (let run = 0; run < 5; run++) {
    // Ranks come at different times.
    await new Promise((resolve) => setTimeout(resolve, ((rank + run) % worldSize) * 3));
    const reduced = communicator.allocate(length);
    reduced.set(all[rank]!);
    await communicator.allReduce(reduced);
    assertSame(reduced, (index) => expected[index]!);
    const shard = new Float32Array(end - start);
    await communicator.reduceScatter(all[rank]!, shard);
    assertSame(shard, (index) => expected[index]!, start);
  }
};

/** Numbers of very different sizes and both signs, whose sum depends on the order. */
function awkward(rank: number, length: number): Float32Array {
  const random = Random.fromSeed(rank);
  return Float32Array.from({ length }, () => (random.uniform() - 0.5) * 10 ** (random.uniform() * 8));
}

const keepsOrder: Check = async (communicator) => {
  const { rank, worldSize } = communicator;
  const order: number[] = [];
  const rounds = Array.from({ length: 30 }, (_, round) => {
    const length = 1 + ((round * 37) % 5000);
    const { start, end } = shardRange(length, rank, worldSize);
    const allocate: Allocate =
      round % 2 === 0 ? (size) => communicator.allocate(size) : (size) => new Float32Array(size);
    const shard = fill(allocate(end - start), rank + round, start);
    const whole = allocate(length);
    const sum = fill(new Float64Array(3), rank + round);
    const calls = [communicator.allGather(shard, whole), communicator.allReduce(sum), communicator.barrier()];
    return Promise.all(calls).then(() => {
      order.push(round);
      for (let peer = 0; peer < worldSize; peer++) {
        const range = shardRange(length, peer, worldSize);
        assertSame(whole.subarray(range.start, range.end), (index) => value(peer + round, index), range.start);
      }
      assertSame(sum, (index) => {
        let expected = 0;
        for (let peer = 0; peer < worldSize; peer++) expected += value(peer + round, index);
        return expected;
      });
    });
  });
  await Promise.all(rounds);
  assert.deepEqual(
    order,
    order.map((_, index) => index),
  );
};

const leavesTheEventLoopFree: Check = async (communicator) => {
  const values = communicator.allocate(4_000_000);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await communicator.allReduce(values);
  await communicator.allReduce(new Float32Array(4_000_000));
  clearInterval(timer);
  assert.ok(communicator.worldSize === 1 || turns > 0, 'no timer ran while 16 MB were summed');
};

const shared =
  (communicator: Communicator): Allocate =>
  (length) =>
    communicator.allocate(length);
const ordinary = (): Allocate => (length) => new Float32Array(length);
/** One rank's memory shared, the others' not. */
const mixed = (communicator: Communicator): Allocate => (communicator.rank === 0 ? shared(communicator) : ordinary());
const inTheMiddle =
  (communicator: Communicator): Allocate =>
  (length) =>
    communicator.allocate(length + 10).subarray(5, 5 + length);

const float32 = (communicator: Communicator, length: number) => communicator.allocate(length);
const ordinary32 = (_: Communicator, length: number) => new Float32Array(length);
const float64 = (_: Communicator, length: number) => new Float64Array(length);

const memories = { 'its own': shared, ordinary, mixed, 'the middle of its own': inTheMiddle };

export const contract: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    LENGTHS.flatMap((length) => [
      ...Object.entries(memories).flatMap(([name, memory]): [string, Check][] => [
        [`gathers ${length} in ${name} memory`, gathers(length, memory)],
        [`reduces and scatters ${length} in ${name} memory`, scatters(length, memory)],
      ]),
      [`sums ${length} floats`, reduces(length, float32)],
      [`sums ${length} floats of ordinary memory`, reduces(length, ordinary32)],
      [`sums ${length} doubles`, reduces(length, float64)],
      [`broadcasts ${length} floats`, broadcasts(length, float32)],
      [`broadcasts ${length} doubles`, broadcasts(length, float64)],
    ]),
  ),
  'sums in the order of the ranks, with the same bits every time': sumsInOrder,
  'carries out calls that are not awaited in the order they were made': keepsOrder,
  'leaves the event loop free meanwhile': leavesTheEventLoopFree,
};

export interface Outcome {
  readonly name: string;
  readonly problem: string | undefined;
}

/** Runs every check; a rank that finds one broken goes on, since the others do. */
export async function checkContract(communicator: Communicator): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [name, check] of Object.entries(contract)) {
    const problem = await check(communicator).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    outcomes.push({ name, problem });
  }
  return outcomes;
}
