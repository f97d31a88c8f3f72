// A thread that works with the others for a while; then rank 1 does what it is told to.
import { spawnSync } from 'node:child_process';
import { runRank, shardRange } from '../../../src/collectives/index.js';

export type Misbehaviour =
  | 'none'
  | 'listen'
  | 'throw'
  | 'reject unhandled'
  | 'exit 3'
  | 'exit 0'
  | 'return'
  | 'forget to wait'
  | 'loop'
  | 'block'
  | 'another length'
  | 'another operation'
  | 'another shard';

export interface Work {
  readonly misbehaviour: Misbehaviour;
  readonly steps: number;
}

await runRank<Work, string, string>(async ({ communicator, data, signal, post, onMessage }) => {
  const { rank, worldSize } = communicator;
  const toldToEnd = new Promise<void>((resolve) => {
    onMessage((message) => {
      if (message === 'end') resolve();
      else post(`got ${message}`);
    });
  });
  signal.addEventListener('abort', () => post('told to stop'));
  const values = communicator.allocate(1000);
  for (let step = 0; step < data.steps; step++) {
    if (step === 5 && rank === 1) {
      const { misbehaviour } = data;
      post(`about to ${misbehaviour}`);
      if (misbehaviour === 'throw') throw new RangeError('no more numbers');
      if (misbehaviour === 'reject unhandled') void Promise.reject(new RangeError('nobody looked'));
      if (misbehaviour === 'exit 3') process.exit(3);
      if (misbehaviour === 'exit 0') process.exit(0);
      if (misbehaviour === 'return') return;
      if (misbehaviour === 'forget to wait') await new Promise(() => undefined);
      if (misbehaviour === 'loop') for (;;);
      if (misbehaviour === 'block') spawnSync('sleep', ['4']);
      if (misbehaviour === 'another length') await communicator.allReduce(values.subarray(1));
      if (misbehaviour === 'another operation') await communicator.broadcast(values, 0);
      if (misbehaviour === 'another shard') {
        const { start, end } = shardRange(values.length, rank, worldSize);
        await communicator.allGather(values.subarray(start, end - 1), values);
      }
    }
    if (data.misbehaviour === 'another shard' && step === 5) {
      const { start, end } = shardRange(values.length, rank, worldSize);
      await communicator.allGather(values.subarray(start, end), values);
    } else await communicator.allReduce(values);
  }
  if (data.misbehaviour === 'listen') await toldToEnd;
  post('done');
});
