import * as z from 'zod';
import type { WeightDtype } from '../checkpoint/index.js';
import type { Message } from '../conversation/index.js';
import { parseConfig, type Resolved } from '../core/index.js';
import { type LoraConfig, loraConfigSchema, type ResolvedLoraConfig } from '../engine/index.js';
import { type ScheduleName, type ScheduleShape, scheduleNames } from './schedule.js';
import type { ShardingMode } from './trainable/trainable.js';

/** Conversations kept out of training to measure the model on. @public */
export interface EvaluationConfig {
  /**
   * Share of the conversations that is held out, in [0, 1); 0 trains on all of them. Each is drawn by its id alone, so the
   * same ones stay held out whatever the seed, the order or the data around them.
   *
   * @defaultValue `0`
   */
  readonly fraction?: number | undefined;
  /** Steps between evaluations; 0 evaluates at the end of each epoch. Always also after the last step. @defaultValue `0` */
  readonly everySteps?: number | undefined;
}

/** When the state of a training is saved, so that it goes on after whatever ends it. @public */
export interface CheckpointConfig {
  /**
   * Where checkpoints are; ranks on several machines need a directory that all of them share.
   *
   * @defaultValue the output directory's name with `-checkpoints` behind it
   */
  readonly directory?: string | undefined;
  /** Steps between checkpoints; 0 goes by the clock alone. @defaultValue `0` */
  readonly everySteps?: number | undefined;
  /** Minutes between checkpoints; 0 counts steps alone. @defaultValue `30` */
  readonly everyMinutes?: number | undefined;
  /** Checkpoints that are kept. @defaultValue `8` */
  readonly keep?: number | undefined;
}

/** Replies that are made while the model is trained, to be looked at. @public */
export interface SamplesConfig {
  /** What is answered: a question each, or the messages before the reply. */
  readonly prompts: readonly (string | readonly Message[])[];
  /** Steps between samples; 0 makes them at the end of each epoch. Always also after the last step. @defaultValue `0` */
  readonly everySteps?: number | undefined;
  /** Most tokens of a reply. @defaultValue `64` */
  readonly maxTokens?: number | undefined;
  /** 0 is always the likeliest token. @defaultValue `0` */
  readonly temperature?: number | undefined;
}

/** Where TensorBoard finds the figures of a training. @public */
export interface TensorBoardConfig {
  /** Folder to point TensorBoard at. @defaultValue the output directory's name with `-tensorboard` behind it */
  readonly directory?: string | undefined;
}

/** How a model is fine-tuned. The defaults are the Vicuna recipe. @public */
export interface TrainerConfig {
  /** Where the trained model goes, as a Hugging Face directory; made when training starts. */
  readonly outputDirectory: string;
  /** Passes over the conversations. @defaultValue `3` */
  readonly epochs?: number | undefined;
  /** Ends after so many optimizer steps instead, over as many epochs as they take; 0 counts epochs. @defaultValue `0` */
  readonly maxSteps?: number | undefined;
  /** Most tokens of a conversation; a longer one is an error. @defaultValue 2048, or the model's context if shorter */
  readonly maxTokens?: number | undefined;
  /** Tokens computed at once: memory grows with it, the result does not depend on it. @defaultValue `maxTokens` */
  readonly microBatchTokens?: number | undefined;
  /** Conversations of one optimizer step, unless `batchTokens` is given. @defaultValue `128` */
  readonly batchConversations?: number | undefined;
  /** Tokens of one optimizer step, as full micro-batches rounded down; 0 counts conversations. @defaultValue `0` */
  readonly batchTokens?: number | undefined;
  /** Whether each epoch has an order of its own. @defaultValue `true` */
  readonly shuffle?: boolean | undefined;
  /** Highest learning rate. @defaultValue `2e-5` */
  readonly learningRate?: number | undefined;
  /** How the learning rate falls after its warm-up. @defaultValue `'cosine'` */
  readonly schedule?: ScheduleName | undefined;
  /** Share of all steps over which the learning rate rises, rounded up; unless `warmupSteps` is given. @defaultValue `0.03` */
  readonly warmupRatio?: number | undefined;
  /** Steps over which the learning rate rises from 0; 0 uses `warmupRatio`. @defaultValue `0` */
  readonly warmupSteps?: number | undefined;
  /** What the learning rate falls to. @defaultValue `0` */
  readonly minimumLearningRate?: number | undefined;
  /** AdamW's decay of the mean gradient. @defaultValue `0.9` */
  readonly beta1?: number | undefined;
  /** AdamW's decay of the mean squared gradient. @defaultValue `0.999` */
  readonly beta2?: number | undefined;
  /** Added to AdamW's denominator. @defaultValue `1e-8` */
  readonly epsilon?: number | undefined;
  /** Decoupled weight decay. @defaultValue `0` */
  readonly weightDecay?: number | undefined;
  /** Whether the weights of norms decay too; transformers' Trainer leaves them out. @defaultValue `false` */
  readonly decayNorms?: boolean | undefined;
  /** Gradients with a larger norm over all parameters are scaled down to it; 0 never clips. @defaultValue `1` */
  readonly maxGradientNorm?: number | undefined;
  /**
   * Whether backward computes a layer's forward again instead of keeping it: a third slower, and memory for one layer's
   * activations instead of all. `auto` keeps as many layers as fit into memory. The result is the same.
   *
   * @defaultValue `'auto'`
   */
  readonly recompute?: boolean | 'auto' | undefined;
  /** Decides the order of the conversations. The same seed gives the same losses, bit for bit. @defaultValue `0` */
  readonly seed?: number | undefined;
  /** What is held out and when the model is measured on it. @defaultValue nothing is held out */
  readonly evaluation?: EvaluationConfig | undefined;
  /**
   * Trains low-rank adapters instead of the model's own weights; what is saved is then an adapter in peft's format, and
   * the model's weights change by it when training has ended.
   *
   * @defaultValue all weights are trained
   */
  readonly lora?: LoraConfig | undefined;
  /**
   * Threads of this process among which each step is divided, every one of them with an engine of its own. For several
   * processes or machines pass a communicator instead.
   *
   * @defaultValue `1`
   */
  readonly ranks?: number | undefined;
  /** Processor threads of each rank's engine. @defaultValue this machine's, divided among the ranks */
  readonly threadsPerRank?: number | undefined;
  /**
   * What is divided among ranks: `full` divides parameters, gradients and moments (ZeRO-3, FSDP), `optimizer` the moments
   * alone (ZeRO-1), `none` nothing. The result is the same.
   *
   * @defaultValue `'full'`
   */
  readonly sharding?: ShardingMode | undefined;
  /** Whether a block is brought from the other ranks while the one before it is computed. @defaultValue `true` */
  readonly prefetch?: boolean | undefined;
  /**
   * When the state is saved to go on from; also at once when the process gets SIGTERM, as spot machines send before they
   * vanish. `false` never does.
   *
   * @defaultValue every 30 minutes
   */
  readonly checkpoints?: CheckpointConfig | false | undefined;
  /**
   * Where to go on: `auto` at the newest whole checkpoint of this training, if there is one; a checkpoint's directory;
   * `false` begins anew. Any number of ranks can go on with what any other number saved.
   *
   * @defaultValue `'auto'`
   */
  readonly resume?: 'auto' | (string & {}) | false | undefined;
  /** Number format of the saved weights. @defaultValue `'float32'` */
  readonly saveDtype?: WeightDtype | undefined;
  /**
   * Replies to the same prompts as training goes on, as `sample` events: made by the ranks that train, with the weights as
   * they are then. The training is the same with and without them, bit for bit.
   *
   * @defaultValue none
   */
  readonly samples?: SamplesConfig | undefined;
  /**
   * Whether figures and samples are also written as TensorBoard reads them: `tensorboard --logdir <directory>`.
   *
   * @defaultValue `false`
   */
  readonly tensorboard?: boolean | TensorBoardConfig | undefined;
  /** Whether every event is also written to `events.jsonl` in the output directory. @defaultValue `true` */
  readonly eventLog?: boolean | undefined;
}

/** A {@link TrainerConfig} with its defaults. @internal */
export type TrainerSettings = Omit<
  Resolved<TrainerConfig>,
  'evaluation' | 'checkpoints' | 'lora' | 'threadsPerRank' | 'samples' | 'tensorboard' | 'schedule'
> & {
  readonly schedule: ScheduleShape;
  readonly samples?: Resolved<SamplesConfig> | undefined;
  readonly tensorboard: Resolved<TensorBoardConfig> | false;
  readonly evaluation: Resolved<EvaluationConfig>;
  readonly lora?: ResolvedLoraConfig | undefined;
  readonly threadsPerRank?: number | undefined;
  readonly checkpoints: Resolved<CheckpointConfig> | false;
};

const count = z.int().nonnegative();
const positiveCount = z.int().positive();
const nonnegative = z.number().nonnegative();
const decay = z.number().min(0).lt(1);

const evaluationSchema = z.strictObject({
  fraction: z.number().min(0).lt(1).default(0),
  everySteps: count.default(0),
});

const checkpointSchema = z.strictObject({
  directory: z.string().min(1),
  everySteps: count.default(0),
  everyMinutes: nonnegative.default(30),
  keep: positiveCount.default(8),
});

const messagesSchema = z
  .array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() }))
  .min(1);

const samplesSchema = z.strictObject({
  prompts: z
    .array(z.union([z.string().min(1), messagesSchema], { error: 'must be a question or a list of messages' }))
    .min(1, 'must hold a question'),
  everySteps: count.default(0),
  maxTokens: positiveCount.default(64),
  temperature: nonnegative.default(0),
});

const trainerSchema = z
  .strictObject({
    outputDirectory: z.string().min(1),
    epochs: positiveCount.default(3),
    maxSteps: count.default(0),
    maxTokens: positiveCount,
    microBatchTokens: positiveCount,
    batchConversations: positiveCount.default(128),
    batchTokens: count.default(0),
    shuffle: z.boolean().default(true),
    learningRate: nonnegative.default(2e-5),
    schedule: z.enum(scheduleNames).default('cosine'),
    warmupRatio: z.number().min(0).max(1).default(0.03),
    warmupSteps: count.default(0),
    minimumLearningRate: nonnegative.default(0),
    beta1: decay.default(0.9),
    beta2: decay.default(0.999),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: nonnegative.default(0),
    decayNorms: z.boolean().default(false),
    maxGradientNorm: nonnegative.default(1),
    recompute: z.union([z.boolean(), z.literal('auto')]).default('auto'),
    seed: z.int().default(0),
    evaluation: evaluationSchema.prefault({}),
    lora: loraConfigSchema.optional(),
    ranks: positiveCount.max(64).default(1),
    threadsPerRank: positiveCount.optional(),
    sharding: z.enum(['full', 'optimizer', 'none']).default('full'),
    prefetch: z.boolean().default(true),
    checkpoints: z.union([z.literal(false), checkpointSchema]),
    resume: z.union([z.literal('auto'), z.literal(false), z.string().min(1)]).default('auto'),
    saveDtype: z.enum(['float32', 'float16', 'bfloat16']).default('float32'),
    samples: samplesSchema.optional(),
    tensorboard: z.union([z.literal(false), z.strictObject({ directory: z.string().min(1) })]),
    eventLog: z.boolean().default(true),
  })
  .refine(({ maxTokens, microBatchTokens }) => microBatchTokens >= maxTokens, {
    path: ['microBatchTokens'],
    error: 'must hold the longest conversation: raise it to maxTokens or more, or lower maxTokens',
  })
  .refine(({ batchTokens, microBatchTokens }) => batchTokens === 0 || batchTokens >= microBatchTokens, {
    path: ['batchTokens'],
    error: 'must hold at least one micro-batch: raise it to microBatchTokens or more, or lower microBatchTokens',
  })
  .refine(({ minimumLearningRate, learningRate }) => minimumLearningRate <= learningRate, {
    path: ['minimumLearningRate'],
    error: 'must not be above learningRate',
  });

/**
 * @param contextLength - of the model, in tokens.
 * @throws ConfigError naming every field at fault.
 */
export function resolveTrainerConfig(config: TrainerConfig, contextLength: number): TrainerSettings {
  const maxTokens = config.maxTokens ?? Math.min(2048, contextLength);
  const microBatchTokens = config.microBatchTokens ?? maxTokens;
  const beside = (what: string) => `${String(config.outputDirectory).replace(/[/\\]+$/, '')}-${what}`;
  const checkpoints =
    config.checkpoints === false ? false : { directory: beside('checkpoints'), ...config.checkpoints };
  const tensorboard =
    (config.tensorboard ?? false) === false
      ? false
      : { directory: beside('tensorboard'), ...(config.tensorboard === true ? {} : Object(config.tensorboard)) };
  return parseConfig(
    trainerSchema,
    { ...config, maxTokens, microBatchTokens, checkpoints, tensorboard },
    'VicunaTrainer config',
  );
}
