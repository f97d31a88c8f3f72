// A thread that trains as one rank, in so far as it exchanges gradients while its checkpoint is written.
import { TrainingCheckpoints } from '../../../src/checkpoint/index.js';
import { runRank } from '../../../src/collectives/index.js';
import { blocks, piecesOf, stateAt, vectorsAt } from './support.js';

export interface Job {
  readonly directory: string;
  readonly steps: number;
  /** A rank that dies after its last save has begun. */
  readonly dies?: number | undefined;
}

await runRank<Job, never, number>(async ({ communicator, data, post }) => {
  const { rank, worldSize } = communicator;
  const { directory, steps, dies } = data;
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'checkpoint-commit') post(1);
  };
  await using checkpoints = await TrainingCheckpoints.open({ directory, keep: 2 }, { communicator, blocks, onEvent });
  const first = ((await checkpoints.latest())?.state.step ?? 0) + 1;
  for (let step = first; step < first + steps; step++) {
    const gradients = new Float32Array(1000).fill(rank);
    const reduced = communicator.allReduce(gradients);
    await checkpoints.advance();
    await reduced;
    if (gradients[999] !== (worldSize * (worldSize - 1)) / 2) throw new Error(`rank ${rank} got ${gradients[999]}`);
    await checkpoints.save(stateAt(step), piecesOf(vectorsAt(step), rank, worldSize));
  }
  if (rank === dies) throw new Error('out of memory');
  await checkpoints.settle();
});
