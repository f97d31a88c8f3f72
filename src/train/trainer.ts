import type { Communicator } from '../collectives/index.js';
import type { Conversation } from '../conversation/index.js';
import { type CallOptions, ConfigError, type Run, type Source, startRun } from '../core/index.js';
import { type SupervisedExample, superviseConversations } from '../data/index.js';
import type { VicunaModel } from '../model/index.js';
import { resolveTrainerConfig, type TrainerConfig, type TrainerSettings } from './config.js';
import type { TrainEvent, TrainResult } from './events.js';
import type { TrainingJob } from './job.js';
import { type PlanConfig, type PlanEvent, planRun, resolvePlanConfig, type TrainingPlan } from './plan/index.js';
import {
  type LearningRateEvent,
  type LearningRateSearch,
  type LearningRateSearchConfig,
  resolveSearchConfig,
  searchLearningRate,
} from './rate-search/index.js';
import { trainingRun } from './training-run.js';

/** What a {@link VicunaTrainer} works with. @public */
export interface TrainerRuntime {
  /** The model to train, in place. It stays the caller's to dispose. */
  readonly model: VicunaModel;
  /**
   * Of the job that this process is one rank of, from {@link joinMpi}: every process makes a trainer of the same
   * configuration, model and conversations. It stays the caller's to dispose.
   *
   * @defaultValue this process trains alone, or in as many threads as `ranks` says
   */
  readonly communicator?: Communicator | undefined;
}

/**
 * Fine-tunes a model on conversations by the Vicuna recipe: the loss is taken over the assistant's replies alone, its
 * mean over all of a step's supervised tokens; AdamW in float32 with warm-up, cosine decay and clipping; conversations
 * are packed, never padded.
 *
 * The model is trained in place. When a run is cancelled or diverges, its weights are those of the last finished step,
 * nothing is saved, and whatever training had allocated is free again.
 *
 * @example
 * ```ts
 * await using model = await VicunaModel.load('llama');
 * const trainer = await VicunaTrainer.create({ outputDirectory: 'vicuna', epochs: 3 }, { model });
 * const run = trainer.train(conversations);
 * for await (const event of run) if (event.type === 'step-end') console.log(event.step, event.loss);
 * const { checkpoint } = await run.result;
 * ```
 *
 * @public
 */
export class VicunaTrainer {
  readonly #settings: TrainerSettings;
  readonly #model: VicunaModel;
  readonly #communicator: Communicator | undefined;

  private constructor(settings: TrainerSettings, { model, communicator }: TrainerRuntime) {
    this.#settings = settings;
    this.#model = model;
    this.#communicator = communicator;
  }

  /**
   * Checks the configuration; nothing is computed yet.
   *
   * @throws ConfigError naming every field at fault.
   */
  static async create(config: TrainerConfig, runtime: TrainerRuntime): Promise<VicunaTrainer> {
    const settings = resolveTrainerConfig(config, runtime.model.config.contextLength);
    if (settings.ranks > 1 && runtime.communicator !== undefined)
      throw new ConfigError('VicunaTrainer config', [
        { path: 'ranks', message: 'must be left out where a communicator is passed: it says how many ranks there are' },
      ]);
    return new VicunaTrainer(settings, runtime);
  }

  /**
   * Trains on conversations, written in the model's own template. The source is read once, to its end, before the first
   * step; beyond 64 MiB of token ids it is kept in a temporary file, so it may be larger than memory.
   *
   * A conversation longer than `maxTokens` loses its end; a `ConversationSegmenter` in front leaves none that is.
   *
   * @returns a run of events; its result says where the trained model was saved.
   * @throws TrainingDivergedError when the loss or its gradient is no number any more, before the weights change.
   */
  train(conversations: Source<Conversation>, options: CallOptions = {}): Run<TrainEvent, TrainResult> {
    const job = (signal: AbortSignal) => this.#supervisedJob(conversations, signal, options);
    // Wrapped, so that what is wrong with the model or the template is an error of the run.
    return startRun(async function* (signal) {
      return yield* trainingRun(job(signal));
    }, options);
  }

  /** Trains on examples whose tokens and labels are made already. Otherwise as {@link VicunaTrainer.train}. */
  trainExamples(examples: Source<SupervisedExample>, options: CallOptions = {}): Run<TrainEvent, TrainResult> {
    return startRun((signal) => trainingRun(this.#job(examples, undefined, signal, options)), options);
  }

  /**
   * Says what {@link VicunaTrainer.train} would be, before anything is spent: reads and tokenises the conversations as it
   * would, counts steps and supervised tokens, adds up the memory of a rank, and times one layer and the head to tell how
   * long it takes. Nothing is trained and nothing is written. A checkpoint to resume from is not looked at.
   *
   * @example
   * ```ts
   * const plan = await trainer.plan(conversations, { pricePerHour: 1.2 }).result;
   * for (const { message } of plan.warnings) console.warn(message);
   * console.log(plan.steps.totalSteps, plan.memory.peak, plan.time?.seconds, plan.time?.cost);
   * ```
   *
   * @throws ConfigError (from the run) naming fields of `config` at fault, and whatever reading throws.
   */
  plan(
    conversations: Source<Conversation>,
    config: PlanConfig = {},
    options: CallOptions = {},
  ): Run<PlanEvent, TrainingPlan> {
    const job = (signal: AbortSignal) => this.#supervisedJob(conversations, signal, options);
    return startRun(async function* (signal) {
      return yield* planRun(job(signal), resolvePlanConfig(config));
    }, options);
  }

  /** Plans for examples whose tokens and labels are made already. Otherwise as {@link VicunaTrainer.plan}. */
  planExamples(
    examples: Source<SupervisedExample>,
    config: PlanConfig = {},
    options: CallOptions = {},
  ): Run<PlanEvent, TrainingPlan> {
    const job = (signal: AbortSignal) => this.#job(examples, undefined, signal, options);
    return startRun(async function* (signal) {
      return yield* planRun(job(signal), resolvePlanConfig(config));
    }, options);
  }

  /**
   * Tries learning rates: takes steps as {@link VicunaTrainer.train} would, with a rate that rises from one to the next, and
   * then puts the weights back as they were. Where the loss falls fastest is a `learningRate` to begin with. A copy of the
   * weights is held in memory meanwhile; no file is written.
   *
   * @example
   * ```ts
   * const { suggested } = await trainer.findLearningRate(conversations).result;
   * ```
   *
   * @throws ConfigError (from the run) naming fields of `config` at fault.
   * @throws TrainingDivergedError where the very first step already came to no number.
   */
  findLearningRate(
    conversations: Source<Conversation>,
    config: LearningRateSearchConfig = {},
    options: CallOptions = {},
  ): Run<LearningRateEvent, LearningRateSearch> {
    const job = (signal: AbortSignal) => this.#supervisedJob(conversations, signal, options);
    return startRun(async function* (signal) {
      return yield* searchLearningRate(job(signal), resolveSearchConfig(config));
    }, options);
  }

  #supervisedJob(conversations: Source<Conversation>, signal: AbortSignal, options: CallOptions): TrainingJob {
    const { template, tokenizer } = this.#model;
    const { maxTokens } = this.#settings;
    const examples = superviseConversations(conversations, { template, maxTokens }, { tokenizer, signal });
    return this.#job(examples, () => examples.result, signal, options);
  }

  #job(
    examples: Source<SupervisedExample>,
    supervision: TrainingJob['supervision'],
    signal: AbortSignal,
    { onProgress }: CallOptions,
  ): TrainingJob {
    const own = { settings: this.#settings, model: this.#model, communicator: this.#communicator };
    return { ...own, examples, supervision, signal, onProgress };
  }
}
