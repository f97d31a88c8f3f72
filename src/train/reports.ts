import type { TrainingState } from '../checkpoint/index.js';
import { VicunaError } from '../core/index.js';
import type { PackedDataset, PackedStep } from '../data/index.js';
import type { TrainingData } from './data.js';
import { TrainingDivergedError } from './errors.js';
import type { EvaluationEndEvent, StepEndEvent, TrainFailEvent, TrainResult, TrainStartEvent } from './events.js';
import type { TrainingJob } from './job.js';
import type { ResumedState, StepFault, StepOutcome } from './ranks/rank-trainer.js';
import type { Schedule } from './schedule.js';

/** What is known of a training besides its job and its data when it starts. */
export interface Start extends Pick<Schedule, 'totalSteps' | 'warmupSteps'> {
  readonly ranks: number;
  readonly resumed: ResumedState | undefined;
  readonly peakFlopsPerSecond: number | undefined;
}

export async function startEvent(
  { model, supervision }: TrainingJob,
  { training, heldOut, unsupervised }: TrainingData,
  { totalSteps, warmupSteps, ranks, resumed, peakFlopsPerSecond }: Start,
): Promise<TrainStartEvent> {
  const { engine, transformer } = model;
  const report = await supervision?.();
  return {
    type: 'train-start',
    totalSteps,
    warmupSteps,
    parameters: transformer.blocks.reduce((total, block) => total + block.size, 0),
    engine: { name: engine.name, backend: engine.backend, reason: engine.reason },
    conversations: training.conversations,
    tokens: training.tokens,
    supervisedTokens: training.supervisedTokens,
    unsupervised,
    heldOut: heldOut?.conversations ?? 0,
    ranks,
    ...(peakFlopsPerSecond !== undefined && { peakFlopsPerSecond }),
    ...(resumed && { resumed: { checkpoint: resumed.path, step: resumed.state.step } }),
    ...(report && { supervision: report }),
  };
}

export function stepEvent(
  packed: PackedStep,
  taken: Pick<StepEndEvent, 'step' | 'learningRate' | 'loss' | 'gradientNorm' | 'flops'> & { readonly seconds: number },
  peakFlopsPerSecond: number | undefined,
): StepEndEvent {
  const { seconds, flops, ...figures } = taken;
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
    flops,
    ...(peakFlopsPerSecond !== undefined && { flopUtilisation: flops / seconds / peakFlopsPerSecond }),
  };
}

/** What is thrown instead of a step. */
export async function divergence(
  { training }: TrainingData,
  packed: PackedStep,
  step: number,
  { lossSum, gradientNorm }: StepOutcome,
  { what, microBatch }: StepFault,
): Promise<TrainingDivergedError> {
  const examples = microBatch === undefined ? packed.microBatches.flat() : packed.microBatches[microBatch]!;
  return new TrainingDivergedError({
    step,
    loss: what === 'loss' ? lossSum : lossSum / packed.supervisedTokens,
    ...(what === 'gradient' && { gradientNorm }),
    conversations: await training.ids(examples),
  });
}

/** @param loss - mean over the supervised tokens. */
export function evaluationEvent(
  { conversations, supervisedTokens }: PackedDataset,
  step: number,
  loss: number,
): EvaluationEndEvent {
  return { type: 'evaluation-end', step, loss, perplexity: Math.exp(loss), conversations, supervisedTokens };
}

export function failEvent(error: unknown, step: number): TrainFailEvent {
  const message = error instanceof Error ? error.message : String(error);
  return { type: 'train-fail', step, ...(VicunaError.isInstance(error) && { code: error.code }), message };
}

/** What the last step has come to. */
export function resultOf(
  { step, tokens, loss }: TrainingState,
  { evaluationLoss, ...rest }: Pick<TrainResult, 'seconds' | 'checkpoint'> & { evaluationLoss: number | undefined },
): TrainResult {
  return {
    steps: step,
    tokens,
    loss: loss ?? Number.NaN,
    ...(evaluationLoss !== undefined && { evaluationLoss }),
    ...rest,
  };
}
