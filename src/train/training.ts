import type { TrainingState } from '../checkpoint/index.js';
import type { PackedStep } from '../data/index.js';
import { CheckpointSchedule } from './checkpoint-schedule.js';
import type { TrainerSettings } from './config.js';
import type { TrainingData } from './data.js';
import { TrainingDivergedError } from './errors.js';
import type { EventLog } from './event-log.js';
import type { EvaluationEndEvent, TrainEvent, TrainResult, TrainStartEvent } from './events.js';
import type { TrainingJob } from './job.js';
import type { RankGroup } from './ranks/rank-group.js';
import type { ResumedState, StepFault, StepOutcome } from './ranks/rank-trainer.js';
import { learningRateAt, type Schedule, warmupStepsOf } from './schedule.js';
import { stepEvent } from './step-event.js';
import { TrainingInterruptedError } from './termination.js';
import type { TrainedWeights } from './trained-weights.js';
import { assertSameTraining, describeTraining } from './training-state.js';

export interface TrainingRuntime {
  readonly ranks: RankGroup;
  readonly weights: TrainedWeights;
  readonly log: EventLog;
  /** Aborted when the process is to end. */
  readonly termination: AbortSignal;
}

type Events<Result = void> = AsyncGenerator<TrainEvent, Result, undefined>;

/** The loop over a training's steps: what happens after each, and how it begins and ends. */
export class Training {
  readonly #job: TrainingJob;
  readonly #data: TrainingData;
  readonly #runtime: TrainingRuntime;
  readonly #schedule: Schedule;
  readonly #checkpoints: CheckpointSchedule;
  readonly #description: ReturnType<typeof describeTraining>;
  /** What the last finished step came to. */
  #state: TrainingState;
  #loss = Number.NaN;
  #evaluationLoss: number | undefined;
  /** By agreement of all ranks. */
  #isCancelled = false;

  constructor(job: TrainingJob, data: TrainingData, runtime: TrainingRuntime) {
    this.#job = job;
    this.#data = data;
    this.#runtime = runtime;
    const { settings, model } = job;
    this.#schedule = scheduleOf(settings, data);
    this.#checkpoints = new CheckpointSchedule(settings.checkpoints);
    this.#description = describeTraining(settings, model.shape, data.training);
    this.#state = {
      step: 0,
      cursor: { epoch: 0, step: 0, fingerprint: data.training.fingerprint },
      tokens: 0,
      epochMean: { sum: 0, weight: 0 },
      random: {},
      ...this.#description,
    };
  }

  async *run(): Events<TrainResult> {
    const { ranks, weights } = this.#runtime;
    let allAreHere = true;
    try {
      const result = yield* this.#train();
      return result;
    } catch (error) {
      allAreHere = ranks.decidesAlone || this.#isAgreed(error);
      throw error;
    } finally {
      // Ranks that still answer hold what the steps before came to. Whatever ended the training is the error to be seen.
      if (allAreHere) await weights.bringBack(ranks).catch(() => undefined);
    }
  }

  async *#train(): Events<TrainResult> {
    const { log, ranks } = this.#runtime;
    const resumed = await this.#resume();
    await log.begin(resumed !== undefined);
    yield* this.#checkpointEvents();
    yield await log.record(await this.#startEvent(resumed));
    const started = performance.now();
    yield* this.#takeSteps();
    await ranks.settle();
    yield* this.#checkpointEvents();
    const checkpoint = await this.#saveModel();
    const result: TrainResult = {
      steps: this.#state.step,
      tokens: this.#state.tokens,
      loss: this.#loss,
      ...(this.#evaluationLoss === undefined ? {} : { evaluationLoss: this.#evaluationLoss }),
      seconds: (performance.now() - started) / 1000,
      checkpoint,
    };
    yield await log.record({ type: 'train-end', ...result });
    return result;
  }

  /** Whether all ranks end with this error at the same place. */
  #isAgreed(error: unknown): boolean {
    return this.#isCancelled || error instanceof TrainingDivergedError || error instanceof TrainingInterruptedError;
  }

  /** @returns the directory */
  async #saveModel(): Promise<string> {
    const { settings, model, signal, onProgress } = this.#job;
    const { ranks, weights } = this.#runtime;
    const { outputDirectory, saveDtype: dtype } = settings;
    await weights.bringBack(ranks);
    if (ranks.writes) await model.save(outputDirectory, { dtype, overwrite: true, signal, onProgress });
    return outputDirectory;
  }

  async #resume(): Promise<ResumedState | undefined> {
    const { settings, signal, onProgress } = this.#job;
    if (settings.resume === false) return undefined;
    const resumed = await this.#runtime.ranks.resume(settings.resume, { signal, onProgress });
    if (resumed === undefined) return undefined;
    assertSameTraining(resumed.state, this.#description, resumed.path);
    this.#state = resumed.state;
    this.#runtime.weights.lastCheckpoint = resumed.path;
    return resumed;
  }

  async *#takeSteps(): Events {
    const { settings, onProgress } = this.#job;
    const { training, heldOut } = this.#data;
    const { log } = this.#runtime;
    const { totalSteps } = this.#schedule;
    if (this.#state.step >= totalSteps) return;
    for (const packed of training.steps(this.#state.cursor)) {
      const outcome = yield* this.#takeStep(packed);
      const { step } = this.#state;
      onProgress?.({ phase: 'train', done: step, total: totalSteps });
      const last = step === totalSteps;
      const epochEnded = packed.next.epoch > packed.cursor.epoch;
      if (epochEnded) {
        const { sum, weight } = this.#state.epochMean;
        this.#state = { ...this.#state, epochMean: { sum: 0, weight: 0 } };
        yield await log.record({ type: 'epoch-end', epoch: packed.cursor.epoch + 1, step, loss: sum / weight });
      }
      if (heldOut !== undefined && (last || isEvaluationDue(settings, step, epochEnded))) {
        const evaluation = await this.#evaluate(step);
        this.#evaluationLoss = evaluation.loss;
        yield await log.record(evaluation);
      }
      yield* this.#keep(outcome, last);
      if (last) return;
    }
  }

  async *#takeStep(packed: PackedStep): Events<StepOutcome> {
    const { log } = this.#runtime;
    const started = performance.now();
    const step = this.#state.step + 1;
    const learningRate = learningRateAt(this.#schedule, step - 1);
    const outcome = yield* this.#compute(packed, { step, learningRate });
    const seconds = (performance.now() - started) / 1000;
    this.#loss = outcome.lossSum / packed.supervisedTokens;
    const { epochMean, tokens } = this.#state;
    this.#state = {
      ...this.#state,
      step,
      cursor: packed.next,
      tokens: tokens + packed.tokens,
      epochMean: {
        sum: epochMean.sum + outcome.lossSum,
        weight: epochMean.weight + packed.supervisedTokens,
      },
    };
    const { gradientNorm } = outcome;
    yield await log.record(stepEvent(packed, { step, learningRate, seconds, loss: this.#loss, gradientNorm }));
    yield* this.#checkpointEvents();
    return outcome;
  }

  async *#compute(
    packed: PackedStep,
    rates: { readonly step: number; readonly learningRate: number },
  ): Events<StepOutcome> {
    const { ranks, termination } = this.#runtime;
    const { supervisedTokens } = packed;
    if (ranks.decidesAlone) this.#job.signal.throwIfAborted();
    // Asked before the step: where ranks are processes of their own they have to agree.
    const wishes = {
      save: this.#checkpoints.isDue(rates.step),
      stop: termination.aborted,
      abort: this.#job.signal.aborted,
    };
    try {
      const outcome = await ranks.step(packed, { ...rates, supervisedTokens, wishes });
      if (outcome.fault !== undefined) throw await this.#divergence(packed, rates.step, outcome, outcome.fault);
      return outcome;
    } catch (error) {
      if (!termination.aborted || error !== termination.reason) throw error;
      // Broken off in the midst: everything still is as the last step left it.
      yield* this.#save();
      return yield* this.#interrupt();
    }
  }

  /** Saves what is due, and ends here when the process is to end, unless there is only the model left to save. */
  async *#keep({ wishes }: StepOutcome, last: boolean): Events {
    const { ranks, termination } = this.#runtime;
    if (wishes.abort) {
      this.#isCancelled = true;
      throw this.#job.signal.reason ?? new DOMException('Another rank was cancelled.', 'AbortError');
    }
    const stop = !last && (wishes.stop || (ranks.decidesAlone && termination.aborted));
    if (wishes.save || stop) yield* this.#save();
    if (stop) yield* this.#interrupt();
  }

  async *#save(): Events {
    await this.#runtime.ranks.save(this.#state);
    this.#checkpoints.saved();
    yield* this.#checkpointEvents();
  }

  async *#interrupt(): Events<never> {
    await this.#runtime.ranks.settle();
    yield* this.#checkpointEvents();
    throw new TrainingInterruptedError(this.#state.step);
  }

  async *#checkpointEvents(): Events {
    const { log, ranks, weights } = this.#runtime;
    for (const event of ranks.takeEvents()) {
      if (event.type === 'checkpoint-commit') weights.lastCheckpoint = event.path;
      yield await log.record(event);
    }
  }

  async #evaluate(step: number): Promise<EvaluationEndEvent> {
    const heldOut = this.#data.heldOut!;
    const { conversations, supervisedTokens } = heldOut;
    const loss = (await this.#runtime.ranks.evaluate(heldOut)) / supervisedTokens;
    return { type: 'evaluation-end', step, loss, perplexity: Math.exp(loss), conversations, supervisedTokens };
  }

  async #divergence(
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
      conversations: await this.#data.training.ids(examples),
    });
  }

  async #startEvent(resumed: ResumedState | undefined): Promise<TrainStartEvent> {
    const { model, supervision } = this.#job;
    const { training, heldOut, unsupervised } = this.#data;
    const { engine, transformer } = model;
    const report = await supervision?.();
    return {
      type: 'train-start',
      totalSteps: this.#schedule.totalSteps,
      warmupSteps: this.#schedule.warmupSteps,
      parameters: transformer.blocks.reduce((total, block) => total + block.size, 0),
      engine: { name: engine.name, backend: engine.backend, reason: engine.reason },
      conversations: training.conversations,
      tokens: training.tokens,
      supervisedTokens: training.supervisedTokens,
      unsupervised,
      heldOut: heldOut?.conversations ?? 0,
      ranks: this.#runtime.ranks.worldSize,
      ...(resumed && { resumed: { checkpoint: resumed.path, step: resumed.state.step } }),
      ...(report && { supervision: report }),
    };
  }
}

function scheduleOf(settings: TrainerSettings, { training }: TrainingData): Schedule {
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
