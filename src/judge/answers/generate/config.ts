import * as z from 'zod';
import type { CallOptions, Resolved } from '../../../core/index.js';

/** What decides the answers. @public */
export interface GenerateAnswersConfig {
  /**
   * One for all categories, or `'model'` to leave it to the model: some that reason admit no other.
   *
   * @defaultValue `'category'`: {@link answerTemperatures}, and 0.7 for a category that is not among them
   */
  readonly temperature?: number | 'category' | 'model' | undefined;
  /** Changes to {@link answerTemperatures}. @defaultValue none */
  readonly temperatures?: Readonly<Record<string, number>> | undefined;
  /** Most tokens of a reply, as in FastChat. @defaultValue `1024` */
  readonly maxTokens?: number | undefined;
  /** What every conversation begins with. @defaultValue nothing */
  readonly system?: string | undefined;
  /** Passed to models that can repeat a draw. @defaultValue none is passed */
  readonly seed?: number | undefined;
  /** Most calls under way at the same time, over all models. @defaultValue `8` */
  readonly concurrency?: number | undefined;
  /** A model that has failed so many questions in a row is asked no more: it is down, not busy. @defaultValue `20` */
  readonly stopAfterFailures?: number | undefined;
}

/** What decides the answers, and where they are kept. @public */
export interface GenerateAnswersOptions extends GenerateAnswersConfig, CallOptions {
  /**
   * A JSON Lines file that keeps every reply as soon as it is there, and is asked first: a run that was killed goes on
   * where it stood and pays for nothing twice. `readAnswers` reads it. @defaultValue nothing is kept
   */
  readonly store?: string | URL | undefined;
}

export type AnswerSettings = Pick<
  Resolved<GenerateAnswersConfig>,
  'temperature' | 'temperatures' | 'maxTokens' | 'concurrency' | 'stopAfterFailures'
> &
  Pick<GenerateAnswersConfig, 'system' | 'seed'>;

const temperature = z.number().min(0).max(2);

/** @internal */
export const answersConfigSchema: z.ZodType<AnswerSettings, GenerateAnswersConfig> = z.strictObject({
  temperature: z
    .union([temperature, z.enum(['category', 'model'])], { error: 'must be from 0 to 2, "category" or "model"' })
    .default('category'),
  temperatures: z.record(z.string(), temperature).default({}),
  maxTokens: z.int().positive().default(1024),
  system: z.string().min(1).optional(),
  seed: z.int().optional(),
  concurrency: z.int().positive().default(8),
  stopAfterFailures: z.int().positive().default(20),
});
