import * as z from 'zod';
import type { Resolved } from '../../../core/index.js';

/** How new questions are asked for. @public */
export interface QuestionGeneratorConfig {
  /** Questions asked for in one call. @defaultValue `10` */
  readonly questionsPerCall?: number | undefined;
  /** Questions of the known ones that are shown as examples, those of the category first. @defaultValue `5` */
  readonly examples?: number | undefined;
  /**
   * A question is refused where it is at least so much like one that is known or was made ({@link NearDuplicates}), from 0
   * to 1. @defaultValue `0.4`
   */
  readonly similarity?: number | undefined;
  /** Most calls for one batch, as a multiple of those it would take if nothing were refused. @defaultValue `3` */
  readonly patience?: number | undefined;
  /**
   * Of every call, from 0 to 2; `'model'` leaves it to the model, as some that reason admit no other.
   *
   * @defaultValue `1`
   */
  readonly temperature?: number | 'model' | undefined;
  /** Most tokens of a reply. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** Decides which examples are shown, and the draw of models that can repeat one. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** @internal */
export const generatorConfigSchema: z.ZodType<
  Resolved<QuestionGeneratorConfig>,
  QuestionGeneratorConfig
> = z.strictObject({
  questionsPerCall: z.int().min(1).max(100).default(10),
  examples: z.int().nonnegative().default(5),
  similarity: z.number().positive().max(1).default(0.4),
  patience: z.number().min(1).max(100).default(3),
  temperature: z.union([z.number().min(0).max(2), z.literal('model')]).default(1),
  maxTokens: z.int().positive().default(2048),
  seed: z.int().default(0),
});
