import type { CheckpointEvent, TrainingState } from '../checkpoint/index.js';
import type { PackedStep } from '../data/index.js';
import { CheckpointSchedule } from './checkpoint-schedule.js';
import type { TrainingData } from './data.js';
import { TrainingDivergedError } from './errors.js';
import type { EventRecorder } from './event-recorder.js';
import type { TrainEvent, TrainResult } from './events.js';
import type { TrainingJob } from './job.js';
import { ModelDescription } from './model-description.js';
import type { RankGroup } from './ranks/rank-group.js';
import type { ResumedState, StepOutcome } from './ranks/rank-trainer.js';
import { divergence, evaluationEvent, resultOf, startEvent, stepEvent } from './reports.js';
import { takeSamples } from './samples.js';
import { learningRateAt, type Schedule } from './schedule.js';
import { isSharedError } from './shared-errors.js';
import { flopsCounter, totalFlops } from './step-flops.js';
import { TrainingInterruptedError } from './termination.js';
import { saveTrained, type TrainedWeights } from './trained-weights.js';
import { endsEpoch, isDue, scheduleOf } from './training-schedule.js';
import { assertSameTraining, describeTraining } from './training-state.js';

export interface TrainingRuntime {
  readonly ranks: RankGroup;
  readonly weights: TrainedWeights;
  readonly log: EventRecorder;
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
  readonly #flopsOf: ReturnType<typeof flopsCounter>;
  readonly #checkpoints: CheckpointSchedule;
  readonly #modelDescription: ModelDescription;
  readonly #description: ReturnType<typeof describeTraining>;
  /** What the last finished step came to. */
  #state: TrainingState;
  #evaluationLoss: number | undefined;
  #peakFlopsPerSecond: number | undefined;
  /** By agreement of all ranks. */
  #isCancelled = false;

  constructor(job: TrainingJob, data: TrainingData, runtime: TrainingRuntime) {
    this.#job = job;
    this.#data = data;
    this.#runtime = runtime;
    const { settings, model } = job;
    this.#schedule = scheduleOf(settings, data.training);
    this.#flopsOf = flopsCounter(model.shape, settings.lora);
    this.#checkpoints = new CheckpointSchedule(settings.checkpoints);
    this.#modelDescription = new ModelDescription(model, settings);
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

  /** Steps taken so far. */
  get step(): number {
    return this.#state.step;
  }

  async *run(): Events<TrainResult> {
    const { ranks, weights } = this.#runtime;
    let areAllHere = true;
    try {
      return yield* this.#train();
    } catch (error) {
      areAllHere = ranks.decidesAlone || this.#isCancelled || isSharedError(error);
      throw error;
    } finally {
      // Ranks that still answer hold what the steps before came to. Whatever ended the training is the error to be seen.
      if (areAllHere) await weights.bringBack(ranks).catch(() => undefined);
    }
  }

  async *#train(): Events<TrainResult> {
    const { log, ranks, weights } = this.#runtime;
    const resumed = yield* this.#resume();
    const peakFlopsPerSecond = await ranks.peak();
    this.#peakFlopsPerSecond = peakFlopsPerSecond;
    const start = { ...this.#schedule, ranks: ranks.worldSize, resumed, peakFlopsPerSecond };
    yield await log.record(await startEvent(this.#job, this.#data, start));
    const started = performance.now();
    try {
      yield* this.#takeSteps();
      await ranks.settle();
    } catch (error) {
      // Ranks that still answer hold what the steps before came to, and perhaps a checkpoint that is not finished.
      if (error instanceof TrainingDivergedError || error instanceof TrainingInterruptedError) {
        await ranks.settle();
        yield* this.#pendingEvents();
      }
      throw error;
    }
    yield* this.#pendingEvents();
    const checkpoint = await saveTrained(this.#job, weights, ranks);
    const seconds = (performance.now() - started) / 1000;
    const result = resultOf(this.#state, { evaluationLoss: this.#evaluationLoss, seconds, checkpoint });
    yield await log.record({ type: 'train-end', ...result });
    return result;
  }

  /** Nothing is changed, neither the model nor the log, before it is known that this is the same training. */
  async *#resume(): Events<ResumedState | undefined> {
    const { log, ranks, weights } = this.#runtime;
    const { settings, signal, onProgress } = this.#job;
    const { resume } = settings;
    let opened: ResumedState | undefined;
    try {
      if (resume !== false) opened = await ranks.openCheckpoint(resume, { signal, onProgress });
    } catch (error) {
      await log.begin(Number.POSITIVE_INFINITY);
      yield* this.#pendingEvents();
      throw error;
    }
    if (opened !== undefined) assertSameTraining(opened.state, this.#description, opened.path);
    await log.begin(opened?.state.step);
    yield* this.#pendingEvents();
    if (opened !== undefined) {
      await ranks.restore();
      this.#state = opened.state;
      weights.lastCheckpoint = opened.path;
    }
    return opened;
  }

  async *#takeSteps(): Events {
    const { settings, onProgress } = this.#job;
    const { training, heldOut } = this.#data;
    const { log } = this.#runtime;
    const { totalSteps } = this.#schedule;
    if (this.#state.step >= totalSteps) {
      // Only the model was not saved yet.
      if (heldOut !== undefined) yield* this.#evaluate(this.#state.step);
      return;
    }
    for (const packed of training.steps(this.#state.cursor)) {
      const outcome = yield* this.#takeStep(packed);
      const { step } = this.#state;
      onProgress?.({ phase: 'train', done: step, total: totalSteps });
      const last = step === totalSteps;
      const epochEnded = endsEpoch(packed);
      if (epochEnded) {
        const { sum, weight } = this.#state.epochMean;
        this.#state = { ...this.#state, epochMean: { sum: 0, weight: 0 } };
        yield await log.record({ type: 'epoch-end', epoch: packed.cursor.epoch + 1, step, loss: sum / weight });
      }
      if (heldOut !== undefined && isDue(settings.evaluation.everySteps, step, { last, epochEnded }))
        yield* this.#evaluate(step);
      const { samples } = settings;
      if (samples !== undefined && isDue(samples.everySteps, step, { last, epochEnded })) yield* this.#sample(samples);
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
    const loss = outcome.lossSum / packed.supervisedTokens;
    const { epochMean, tokens } = this.#state;
    this.#state = {
      ...this.#state,
      step,
      cursor: packed.next,
      tokens: tokens + packed.tokens,
      loss,
      epochMean: {
        sum: epochMean.sum + outcome.lossSum,
        weight: epochMean.weight + packed.supervisedTokens,
      },
    };
    const { gradientNorm } = outcome;
    const flops = totalFlops(this.#flopsOf(packed));
    const taken = { step, learningRate, seconds, loss, gradientNorm, flops };
    yield await log.record(stepEvent(packed, taken, this.#peakFlopsPerSecond));
    yield* this.#pendingEvents();
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
    const outcome = yield* this.#unlessTerminated(() => ranks.step(packed, { ...rates, supervisedTokens, wishes }));
    if (outcome.fault !== undefined) throw await divergence(this.#data, packed, rates.step, outcome, outcome.fault);
    return outcome;
  }

  /** When the process is to end, does not begin, or is broken off in the midst: all is as the last step left it. */
  async *#unlessTerminated<T>(work: () => Promise<T>): Events<T> {
    const { ranks, termination } = this.#runtime;
    try {
      if (ranks.decidesAlone) termination.throwIfAborted();
      return await work();
    } catch (error) {
      if (!termination.aborted || error !== termination.reason) throw error;
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
    if (stop) yield* this.#interrupt();
    if (!wishes.save) return;
    yield* this.#save();
    this.#checkpoints.saved();
    yield* this.#pendingEvents();
  }

  async *#save(): Events {
    const { log, ranks } = this.#runtime;
    const failure = await this.#modelDescription.write(ranks, this.#state.step);
    if (failure !== undefined) yield await log.record(failure);
    await ranks.save(this.#state);
  }

  /** Saves at once what the last step left, and ends. */
  async *#interrupt(): Events<never> {
    const { ranks } = this.#runtime;
    const { step } = this.#state;
    yield* this.#save();
    await ranks.settle();
    const events = ranks.takeEvents();
    yield* this.#record(events);
    const failure = events.find((event) => event.type === 'checkpoint-fail' && event.step === step);
    throw new TrainingInterruptedError(step, failure?.type === 'checkpoint-fail' ? failure.problem : undefined);
  }

  async *#pendingEvents(): Events {
    yield* this.#record(this.#runtime.ranks.takeEvents());
  }

  async *#record(events: readonly CheckpointEvent[]): Events {
    const { log, weights } = this.#runtime;
    for (const event of events) {
      if (event.type === 'checkpoint-commit') weights.lastCheckpoint = event.path;
      yield await log.record(event);
    }
    const failure = log.takeFailure();
    if (failure !== undefined) yield failure;
  }

  async *#evaluate(step: number): Events {
    const { log, ranks } = this.#runtime;
    const heldOut = this.#data.heldOut!;
    const lossSum = yield* this.#unlessTerminated(() => ranks.evaluate(heldOut));
    const loss = lossSum / heldOut.supervisedTokens;
    this.#evaluationLoss = loss;
    yield await log.record(evaluationEvent(heldOut, step, loss));
  }

  async *#sample(samples: NonNullable<TrainingJob['settings']['samples']>): Events {
    const { log, ranks, termination } = this.#runtime;
    const { model, settings, signal } = this.#job;
    const { step } = this.#state;
    const logits = (tokens: Int32Array) => {
      // Processes could not agree on when to stop.
      if (ranks.decidesAlone) for (const reason of [signal, termination]) reason.throwIfAborted();
      return ranks.logits(tokens);
    };
    const taking = takeSamples({ model, samples, step, seed: settings.seed, logits });
    for (;;) {
      const next = yield* this.#unlessTerminated(() => taking.next());
      if (next.done) return;
      yield await log.record(next.value);
    }
  }
}
