// One rank of the bench of memory: alone, a process of mpirun, or a thread of a process that starts them. Takes a MemoryJob
// as its last argument, JSON, and prints a RankMemory a rank.
import { isMainThread } from 'node:worker_threads';
import {
  type Communicator,
  joinMpi,
  launchedProcess,
  launchRanks,
  runRank,
  SingleRank,
  workerFile,
} from '../../src/collectives/index.js';
import { createEngine } from '../../src/engine/index.js';
import { llamaConfigSchema } from '../../src/model/config/llama-config.js';
import { toModelShape } from '../../src/model/index.js';
import { resolveTrainerConfig } from '../../src/train/config.js';
import type { ShardingMode } from '../../src/train/index.js';
import { RankTrainer } from '../../src/train/ranks/rank-trainer.js';
import type { BlockReader } from '../../src/train/trainable/index.js';
import { peakBytes } from './peak-memory.mjs';
import { batchOf, modelConfig, type Size } from './sizes.js';

export interface MemoryJob {
  readonly size: Size;
  readonly ranks: number;
  readonly mode: ShardingMode;
  readonly recompute: boolean;
}

/** Bytes of one rank. */
export interface RankMemory {
  /** Parameters, gradients and moments. */
  readonly state: number;
  /** Whole blocks on their way. */
  readonly blocks: number;
  readonly activations: number;
  /** The process's growth, shared out among the ranks in it. */
  readonly atRest: number;
  readonly atPeak: number;
}

const STEPS = 2;

async function measure(job: MemoryJob, communicator: Communicator, sharers: number): Promise<RankMemory> {
  const { size, mode, recompute } = job;
  const shape = toModelShape(llamaConfigSchema.parse(modelConfig(size)));
  await using engine = await createEngine({ threads: 1 });
  const transformer = engine.transformer(shape);
  await communicator.barrier();
  const before = process.memoryUsage.rss();
  await communicator.barrier();

  const wholeSizes = new Set(transformer.blocks.map((block) => block.size));
  const allocated = { state: 0, blocks: 0 };
  const recording: Communicator = {
    rank: communicator.rank,
    worldSize: communicator.worldSize,
    backend: communicator.backend,
    allocate(length) {
      // Where parameters are divided, only a block on its way is whole.
      const isOnItsWay = mode === 'full' && wholeSizes.has(length);
      allocated[isOnItsWay ? 'blocks' : 'state'] += length * Float32Array.BYTES_PER_ELEMENT;
      return communicator.allocate(length);
    },
    allGather: (shard, whole) => communicator.allGather(shard, whole),
    reduceScatter: (whole, shard) => communicator.reduceScatter(whole, shard),
    allReduce: (numbers) => communicator.allReduce(numbers),
    broadcast: (numbers, root) => communicator.broadcast(numbers, root),
    barrier: () => communicator.barrier(),
    [Symbol.asyncDispose]: () => communicator[Symbol.asyncDispose](),
  };
  let state = 0;
  const adamw = engine.adamw.bind(engine);
  engine.adamw = (update) => {
    state = Math.max(state, engine.usage.bytes + allocated.state);
    return adamw(update);
  };
  let resting = 0;
  let activations = 0;
  const layerForward = transformer.layerForward.bind(transformer);
  transformer.layerForward = async (...given) => {
    const result = await layerForward(...given);
    activations = Math.max(activations, engine.usage.bytes - resting);
    return result;
  };

  const read: BlockReader = async (_block, _start, into) => into.fill(0.01);
  const vectors = [];
  if (job.ranks === 1)
    for (const block of transformer.blocks) vectors.push(await engine.upload(new Float32Array(block.size).fill(0.01)));
  const trainer = await RankTrainer.create(
    { engine, transformer, communicator: recording, signals: [], onCheckpoint: () => undefined },
    resolveTrainerConfig({ outputDirectory: 'unused', checkpoints: false, sharding: mode, recompute }, size.seq),
    { model: { read, vectors: job.ranks === 1 ? vectors : undefined } },
  );
  const batch = batchOf(size);
  for (let step = 1; step <= STEPS; step++) {
    resting = engine.usage.bytes;
    const wishes = { save: false, stop: false, abort: false };
    const supervisedTokens = size.batch * (size.seq - 1) * job.ranks;
    const { fault } = await trainer.step([async () => batch], { step, learningRate: 1e-4, supervisedTokens, wishes });
    if (fault !== undefined) throw new Error(`The step was not taken: the ${fault.what} is no number.`);
  }
  await communicator.barrier();
  const atRest = (process.memoryUsage.rss() - before) / sharers;
  const atPeak = ((await peakBytes()) - before) / sharers;
  await communicator.barrier();
  await trainer.release();
  return { state, blocks: allocated.blocks, activations, atRest, atPeak };
}

if (!isMainThread) {
  await runRank<MemoryJob, never, RankMemory>(async ({ communicator, data, post }) => {
    post(await measure(data, communicator, data.ranks));
  });
} else {
  const job: MemoryJob = JSON.parse(process.argv.at(-1)!);
  if (launchedProcess() !== undefined) {
    const communicator = await joinMpi();
    const memory = await measure(job, communicator, 1);
    await communicator[Symbol.asyncDispose]();
    console.log(JSON.stringify(memory));
  } else if (job.ranks === 1) console.log(JSON.stringify(await measure(job, new SingleRank(), 1)));
  else {
    const file = workerFile('rank-memory', import.meta.url);
    const ranks = launchRanks<never, RankMemory>({ ranks: job.ranks, data: job, ...file });
    for await (const { message } of ranks.messages) console.log(JSON.stringify(message));
  }
}
