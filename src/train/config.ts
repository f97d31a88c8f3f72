import * as z from 'zod';
import type { WeightDtype } from '../checkpoint/index.js';
import { parseConfig, type Resolved } from '../core/index.js';
import { type ScheduleName, scheduleNames } from './schedule.js';

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
  /** Number format of the saved weights. @defaultValue `'float32'` */
  readonly saveDtype?: WeightDtype | undefined;
  /** Whether every event is also written to `events.jsonl` in the output directory. @defaultValue `true` */
  readonly eventLog?: boolean | undefined;
}

/** A {@link TrainerConfig} with its defaults. @internal */
export type TrainerSettings = Omit<Resolved<TrainerConfig>, 'evaluation'> & {
  readonly evaluation: Resolved<EvaluationConfig>;
};

const count = z.int().nonnegative();
const positiveCount = z.int().positive();
const nonnegative = z.number().nonnegative();
const decay = z.number().min(0).lt(1);

const evaluationSchema = z.strictObject({
  fraction: z.number().min(0).lt(1).default(0),
  everySteps: count.default(0),
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
    saveDtype: z.enum(['float32', 'float16', 'bfloat16']).default('float32'),
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
  return parseConfig(trainerSchema, { ...config, maxTokens, microBatchTokens }, 'VicunaTrainer config');
}
