// Plans a training or takes a few steps of it, in a process of its own. Takes a PlanJob as its last argument, JSON, and
// prints a TrainingPlan or a PlanOutcome.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SupervisedExample } from '../../src/data/index.js';
import { createEngine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { type StepEndEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { peakBytes } from './peak-memory.mjs';
import { modelConfig, type Size } from './sizes.js';

export interface PlanJob {
  readonly what: 'plan' | 'train';
  readonly size: Size;
  readonly trainer: Partial<TrainerConfig>;
  /** Processor threads of the engine. */
  readonly threads: number;
  /** Optimizer steps. */
  readonly steps: number;
}

/** What a training came to. */
export interface PlanOutcome {
  readonly peakBytes: number;
  /** Of each step but the first, in which memory grows. */
  readonly stepSeconds: readonly number[];
  readonly totalSteps: number;
  readonly tokens: number;
  readonly supervisedTokens: number;
  readonly microBatches: number;
  readonly utilisation: readonly number[];
}

const job: PlanJob = JSON.parse(process.argv.at(-1)!);
await using engine = await createEngine({ threads: job.threads });
await using model = await VicunaModel.create(modelConfig(job.size), { engine });
const outputDirectory = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
try {
  const trainer = await VicunaTrainer.create(
    { ...job.trainer, outputDirectory, checkpoints: false, maxSteps: job.steps },
    { model },
  );
  console.log(JSON.stringify(await (job.what === 'plan' ? trainer.planExamples(examples()).result : train(trainer))));
} finally {
  await rm(outputDirectory, { recursive: true });
}

async function train(trainer: VicunaTrainer): Promise<PlanOutcome> {
  const steps: StepEndEvent[] = [];
  let totalSteps = 0;
  let peak = 0;
  for await (const event of trainer.trainExamples(examples())) {
    if (event.type === 'train-start') totalSteps = event.totalSteps;
    if (event.type !== 'step-end') continue;
    steps.push(event);
    // Before the model is saved, which the plan does not speak of.
    peak = await peakBytes();
  }
  const sum = (field: 'tokens' | 'supervisedTokens' | 'microBatches') =>
    steps.reduce((total, step) => total + step[field], 0);
  return {
    peakBytes: peak,
    stepSeconds: steps.slice(1).map(({ tokens, tokensPerSecond }) => tokens / tokensPerSecond),
    totalSteps,
    tokens: sum('tokens'),
    supervisedTokens: sum('supervisedTokens'),
    microBatches: sum('microBatches'),
    utilisation: steps.map(({ flopUtilisation }) => flopUtilisation ?? Number.NaN),
  };
}

/** Conversations of many lengths, learned in every other quarter. */
function* examples(): Generator<SupervisedExample> {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const { seq, batch, vocab } = job.size;
  for (let number = 0; number < 4 * batch * job.steps; number++) {
    const length = Math.ceil(seq * (0.25 + 0.75 * random()));
    const tokens = Int32Array.from({ length }, () => 3 + Math.floor(random() * (vocab - 3)));
    const labels = tokens.map((token, index) => (Math.floor((index * 4) / length) % 2 === 0 ? -100 : token));
    const supervisedTokens = labels.filter((label, index) => index > 0 && label !== -100).length;
    yield { id: `${number}`, tokens, labels, supervisedTokens };
  }
}
