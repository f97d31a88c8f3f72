import type { SupervisedExample } from '../../data/index.js';
import { loraBlocks } from '../../engine/index.js';
import { collectTrainingData, type TrainingData } from '../data.js';
import type { TrainingJob } from '../job.js';
import { memoryLeft } from '../recompute.js';
import { flopsCounter } from '../step-flops.js';
import { type Calibration, calibrate } from './calibrate.js';
import type { PlanSettings } from './config.js';
import { planMemory } from './memory.js';
import type { PlanEvent, PlannedData, TrainingPlan } from './plan.js';
import { walkSteps } from './steps.js';
import { planTime } from './time.js';
import { planWarnings } from './warnings.js';

/** Reads the data as training would, and computes what training would be. Nothing is trained and nothing written. */
export async function* planRun(
  job: TrainingJob,
  plan: PlanSettings,
): AsyncGenerator<PlanEvent, TrainingPlan, undefined> {
  const { settings, model, communicator, signal, onProgress } = job;
  const { engine, shape, transformer } = model;
  const resident = process.memoryUsage.rss();
  const left = memoryLeft(engine);
  const occurring = new Uint8Array(shape.vocabularySize);
  const data = await collectTrainingData(noting(job.examples, occurring), settings, {
    vocabularySize: shape.vocabularySize,
    signal,
    onProgress,
  });
  try {
    const worldSize = communicator?.worldSize ?? settings.ranks;
    const areThreads = communicator === undefined;
    const flopsOf = flopsCounter(shape, settings.lora);
    const walked = walkSteps(settings, data, { worldSize, flopsOf });
    const planned = await plannedData(job, data);
    yield { type: 'data-end', data: planned, steps: walked.planned };

    const started = performance.now();
    const peak = await engine.peak?.();
    let calibration: Calibration | undefined;
    if (plan.calibrationSeconds > 0 && shape.layers > 0) {
      const batch = await firstBatch(data);
      const { calibrationSeconds: seconds } = plan;
      calibration = await calibrate({ model, settings, flopsOf, batch, seconds, peak, signal });
      yield { type: 'calibration-end', seconds: (performance.now() - started) / 1000 };
    }
    const trained = settings.lora ? loraBlocks(shape, settings.lora) : transformer.blocks;
    const memory = planMemory({
      settings,
      shape,
      blocks: transformer.blocks,
      worldSize,
      areThreads,
      tokens: walked.largestMicroBatch,
      supervisedTokens: Math.ceil((walked.largestMicroBatch * planned.supervisedTokens) / planned.tokens),
      microBatchesOfRank: walked.microBatchesOfRank,
      occurring: occurring.reduce((total, occurs) => total + occurs, 0),
      measuredActivations: calibration?.activations,
      resident,
      left,
    });
    const time = planTime({
      walked,
      memory,
      shape,
      trained: trained.reduce((total, { size }) => total + size, 0),
      flopsOf,
      calibration,
      peak,
      engines: areThreads ? 1 : worldSize,
      plan,
    });
    const warnings = planWarnings(planned, walked.planned, memory);
    return { data: planned, steps: walked.planned, memory, ...(time && { time }), warnings };
  } finally {
    await data[Symbol.asyncDispose]();
  }
}

async function plannedData({ supervision }: TrainingJob, data: TrainingData): Promise<PlannedData> {
  const { training, heldOut, unsupervised } = data;
  const { conversations, tokens, supervisedTokens, longest } = training;
  const report = await supervision?.();
  return {
    conversations,
    tokens,
    supervisedTokens,
    supervisedShare: supervisedTokens / tokens,
    longest,
    unsupervised,
    ...(report && { truncated: report.truncated }),
    heldOut: heldOut?.conversations ?? 0,
    ...(report && { supervision: report }),
  };
}

function firstBatch({ training }: TrainingData) {
  const [packed] = training.steps();
  return training.load(packed!.microBatches[0]!);
}

/** Passes examples on, and notes which tokens are in them. */
async function* noting(
  examples: TrainingJob['examples'],
  occurring: Uint8Array,
): AsyncGenerator<SupervisedExample, void, undefined> {
  for await (const example of examples) {
    for (const token of example.tokens) if (token < occurring.length) occurring[token] = 1;
    yield example;
  }
}
