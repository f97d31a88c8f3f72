import type { CallOptions, Source } from '../core/index.js';
import type { PackedDataset, PackedStep, SupervisedExample, SupervisionReport } from '../data/index.js';
import type { VicunaModel } from '../model/index.js';
import type { TrainerSettings } from './config.js';
import { collectTrainingData, type TrainingData } from './data.js';
import { evaluate } from './evaluate.js';
import { EventLog } from './event-log.js';
import type { StepEndEvent, TrainEvent, TrainResult, TrainStartEvent } from './events.js';
import { AdamW } from './optimizer.js';
import { learningRateAt, type Schedule, warmupStepsOf } from './schedule.js';
import { type StepRuntime, trainStep } from './step.js';
import { wholeVectors } from './vectors.js';

/** What one call of the trainer works on. */
export interface TrainingJob extends CallOptions {
  readonly settings: TrainerSettings;
  readonly model: VicunaModel;
  readonly examples: Source<SupervisedExample>;
  /** What became of the conversations that the examples are made from; known when all were read. */
  readonly supervision: (() => Promise<SupervisionReport>) | undefined;
  readonly signal: AbortSignal;
}

/** Models that change at the moment: two trainings of one would undo each other's steps. */
const inTraining = new WeakSet<VicunaModel>();

/** Reads the data, takes every step, saves the model. Whatever it allocates is free again however it ends. */
export async function* trainingRun(job: TrainingJob): AsyncGenerator<TrainEvent, TrainResult, undefined> {
  const { model } = job;
  if (inTraining.has(model))
    throw new TypeError(`Model ${model.id} is being trained already; wait for that run to end.`);
  inTraining.add(model);
  try {
    return yield* trainModel(job);
  } finally {
    inTraining.delete(model);
  }
}

async function* trainModel(job: TrainingJob): AsyncGenerator<TrainEvent, TrainResult, undefined> {
  const { settings, model, signal, onProgress } = job;
  const { vocabularySize } = model.config;
  const log = await EventLog.create(settings.outputDirectory, settings.eventLog);
  const data = await collectTrainingData(job.examples, settings, { vocabularySize, signal, onProgress });
  try {
    const optimizer = await AdamW.create(model.engine, model.transformer.blocks, settings);
    try {
      return yield* takeSteps(job, data, optimizer, log);
    } finally {
      optimizer.release();
    }
  } finally {
    await data[Symbol.asyncDispose]();
  }
}

async function* takeSteps(
  job: TrainingJob,
  data: TrainingData,
  optimizer: AdamW,
  log: EventLog,
): AsyncGenerator<TrainEvent, TrainResult, undefined> {
  const { settings, model, signal, onProgress } = job;
  const { training, heldOut } = data;
  const { engine, transformer, parameters: weights } = model;
  const schedule = scheduleOf(settings, training);
  const { totalSteps } = schedule;
  const runtime: StepRuntime = {
    engine,
    transformer,
    weights,
    parameters: wholeVectors(weights),
    signal,
    dataset: training,
    optimizer,
    maxGradientNorm: settings.maxGradientNorm,
    recompute: settings.recompute,
  };
  yield await log.record(startEvent(model, data, schedule, await job.supervision?.()));
  const started = performance.now();
  const epochMean = new WeightedMean();
  let step = 0;
  let tokens = 0;
  let loss = Number.NaN;
  let evaluationLoss: number | undefined;
  for (const packed of training.steps()) {
    const stepStarted = performance.now();
    const learningRate = learningRateAt(schedule, step);
    step += 1;
    const outcome = await trainStep(runtime, packed, { step, learningRate });
    const seconds = (performance.now() - stepStarted) / 1000;
    loss = outcome.loss;
    tokens += packed.tokens;
    epochMean.add(loss, packed.supervisedTokens);
    onProgress?.({ phase: 'train', done: step, total: totalSteps });
    yield await log.record(stepEvent(packed, { step, learningRate, seconds, ...outcome }));

    const last = step === totalSteps;
    const epochEnded = packed.next.epoch > packed.cursor.epoch;
    if (epochEnded)
      yield await log.record({ type: 'epoch-end', epoch: packed.cursor.epoch + 1, step, loss: epochMean.take() });
    if (heldOut !== undefined && (last || isEvaluationDue(settings, step, epochEnded))) {
      const evaluation = await evaluate(runtime, heldOut, step);
      evaluationLoss = evaluation.loss;
      yield await log.record(evaluation);
    }
    if (last) break;
  }
  const checkpoint = settings.outputDirectory;
  await model.save(checkpoint, { dtype: settings.saveDtype, overwrite: true, signal, onProgress });
  const result: TrainResult = {
    steps: step,
    tokens,
    loss,
    ...(evaluationLoss === undefined ? {} : { evaluationLoss }),
    seconds: (performance.now() - started) / 1000,
    checkpoint,
  };
  yield await log.record({ type: 'train-end', ...result });
  return result;
}

function scheduleOf(settings: TrainerSettings, training: PackedDataset): Schedule {
  let totalSteps = settings.maxSteps;
  if (totalSteps === 0)
    for (let epoch = 0; epoch < settings.epochs; epoch++) totalSteps += training.stepsInEpoch(epoch);
  return {
    shape: settings.schedule,
    totalSteps,
    warmupSteps: warmupStepsOf(settings, totalSteps),
    peak: settings.learningRate,
    minimum: settings.minimumLearningRate,
  };
}

function isEvaluationDue({ evaluation }: TrainerSettings, step: number, epochEnded: boolean): boolean {
  return evaluation.everySteps > 0 ? step % evaluation.everySteps === 0 : epochEnded;
}

function startEvent(
  model: VicunaModel,
  data: TrainingData,
  schedule: Schedule,
  supervision: SupervisionReport | undefined,
): TrainStartEvent {
  const { engine, transformer } = model;
  const { training, heldOut, unsupervised } = data;
  return {
    type: 'train-start',
    totalSteps: schedule.totalSteps,
    warmupSteps: schedule.warmupSteps,
    parameters: transformer.blocks.reduce((total, block) => total + block.size, 0),
    engine: { name: engine.name, backend: engine.backend, reason: engine.reason },
    conversations: training.conversations,
    tokens: training.tokens,
    supervisedTokens: training.supervisedTokens,
    unsupervised,
    heldOut: heldOut?.conversations ?? 0,
    ...(supervision === undefined ? {} : { supervision }),
  };
}

function stepEvent(
  packed: PackedStep,
  taken: Pick<StepEndEvent, 'step' | 'learningRate' | 'loss' | 'gradientNorm'> & { readonly seconds: number },
): StepEndEvent {
  const { seconds, ...figures } = taken;
  const { cursor, conversations, microBatches, tokens, supervisedTokens, fill } = packed;
  return {
    type: 'step-end',
    ...figures,
    epoch: cursor.epoch + 1,
    conversations,
    microBatches: microBatches.length,
    tokens,
    supervisedTokens,
    tokensPerSecond: tokens / seconds,
    fill,
  };
}

class WeightedMean {
  #sum = 0;
  #weight = 0;

  add(value: number, weight: number): void {
    this.#sum += value * weight;
    this.#weight += weight;
  }

  /** The mean so far; begins anew. */
  take(): number {
    const mean = this.#sum / this.#weight;
    this.#sum = 0;
    this.#weight = 0;
    return mean;
  }
}
