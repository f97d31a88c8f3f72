// One rank of the bench of saves, or the process that starts them as its threads. Takes a SaveJob as its last argument, JSON,
// and prints SaveFigures.
import { isMainThread } from 'node:worker_threads';
import type { CheckpointEvent } from '../../src/checkpoint/index.js';
import { type Communicator, launchRanks, runRank, workerFile } from '../../src/collectives/index.js';
import { createEngine } from '../../src/engine/index.js';
import { llamaConfigSchema } from '../../src/model/config/llama-config.js';
import { toModelShape } from '../../src/model/index.js';
import { resolveTrainerConfig } from '../../src/train/config.js';
import { RankTrainer } from '../../src/train/ranks/rank-trainer.js';
import { batchOf, modelConfig, type Size } from './sizes.js';

export interface SaveJob {
  readonly size: Size;
  readonly ranks: number;
  readonly directory: string;
  /** Training waits until all is on disk. */
  readonly isBlocking: boolean;
  /** Steps before the save that is timed. */
  readonly steps: number;
}

/** As rank 0 sees it, in seconds. */
export interface SaveFigures {
  /** Steps while nothing is saved. */
  readonly undisturbed: readonly number[];
  /** What training waited for. */
  readonly waited: number;
  /** Steps from then to the one that found the checkpoint committed. */
  readonly untilCommit: readonly number[];
  readonly bytes: number;
}

async function train(job: SaveJob, communicator: Communicator): Promise<SaveFigures> {
  const { size, directory, isBlocking } = job;
  await using engine = await createEngine({ threads: 1 });
  const transformer = engine.transformer(toModelShape(llamaConfigSchema.parse(modelConfig(size))));
  const events: CheckpointEvent[] = [];
  const settings = resolveTrainerConfig(
    { outputDirectory: directory, checkpoints: { directory: `${directory}/checkpoints` }, recompute: true },
    size.seq,
  );
  const trainer = await RankTrainer.create(
    { engine, transformer, communicator, signals: [], onCheckpoint: (event) => void events.push(event) },
    settings,
    { model: { read: async (_block, _start, into) => into.fill(0.01) } },
  );
  const batch = batchOf(size);
  let step = 0;
  const takeStep = async (): Promise<number> => {
    const wishes = { save: false, stop: false, abort: false };
    const supervisedTokens = size.batch * (size.seq - 1) * job.ranks;
    const started = performance.now();
    await trainer.step([async () => batch], { step: ++step, learningRate: 1e-4, supervisedTokens, wishes });
    return (performance.now() - started) / 1000;
  };
  const save = async (): Promise<number> => {
    await communicator.barrier();
    const started = performance.now();
    await trainer.save({
      step,
      cursor: { epoch: 0, step, fingerprint: '' },
      tokens: 0,
      epochMean: { sum: 0, weight: 0 },
      random: {},
      settings: {},
      fingerprints: {},
    });
    if (isBlocking) await trainer.settle();
    return (performance.now() - started) / 1000;
  };
  const committed = () => events.find((event) => event.type === 'checkpoint-commit' && event.step === saved);

  // The first save allocates the memory that later ones copy to.
  await takeStep();
  let saved = step;
  await save();
  await trainer.settle();
  const undisturbed = [];
  for (let count = 0; count < job.steps; count++) undisturbed.push(await takeStep());
  saved = step;
  const waited = await save();
  const untilCommit = [];
  while (committed() === undefined) untilCommit.push(await takeStep());
  const commit = committed()!;
  await trainer.release();
  return { undisturbed, waited, untilCommit, bytes: commit.type === 'checkpoint-commit' ? commit.bytes : 0 };
}

if (!isMainThread)
  await runRank<SaveJob, never, SaveFigures>(async ({ communicator, data, post }) => {
    const figures = await train(data, communicator);
    if (communicator.rank === 0) post(figures);
  });
else {
  const job: SaveJob = JSON.parse(process.argv.at(-1)!);
  const file = workerFile('rank-saves', import.meta.url);
  const ranks = launchRanks<never, SaveFigures>({ ranks: job.ranks, data: job, ...file });
  for await (const { message } of ranks.messages) console.log(JSON.stringify(message));
}
