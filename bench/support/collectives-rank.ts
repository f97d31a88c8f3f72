// One rank of the bench of collectives: a thread of `launchRanks`, or a process of mpirun.
import { isMainThread } from 'node:worker_threads';
import { type Communicator, joinMpi, runRank, shardRange } from '../../src/collectives/index.js';
import { MEGABYTES, OPERATIONS, type Times } from './collectives-cases.js';

const CALLS = 7;

async function time(communicator: Communicator): Promise<Times> {
  const { rank, worldSize } = communicator;
  const times: Times = {};
  for (const megabytes of MEGABYTES) {
    const whole = communicator.allocate((megabytes * 1e6) / 4);
    const { start, end } = shardRange(whole.length, rank, worldSize);
    const shard = communicator.allocate(end - start);
    const calls = {
      allGather: () => communicator.allGather(shard, whole),
      reduceScatter: () => communicator.reduceScatter(whole, shard),
      allReduce: () => communicator.allReduce(whole),
    };
    for (const operation of OPERATIONS) {
      const seconds: number[] = [];
      for (let call = -2; call < CALLS; call++) {
        await communicator.barrier();
        const started = performance.now();
        await calls[operation]();
        if (call >= 0) seconds.push((performance.now() - started) / 1000);
      }
      times[`${operation} ${megabytes}`] = seconds;
    }
  }
  return times;
}

if (isMainThread) {
  const communicator = await joinMpi();
  const times = await time(communicator);
  await communicator[Symbol.asyncDispose]();
  if (communicator.rank === 0) console.log(JSON.stringify(times));
} else
  await runRank<undefined, never, Times>(async ({ communicator, post }) => {
    const times = await time(communicator);
    if (communicator.rank === 0) post(times);
  });
