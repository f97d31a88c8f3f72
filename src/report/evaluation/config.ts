import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** How an evaluation is summarised. The same judgments and configuration give the same summary, bit for bit. @public */
export interface SummarizeEvaluationConfig {
  /** Of every resample. @defaultValue `0` */
  readonly seed?: number | undefined;
  /** How often the questions are resampled for each number. @defaultValue `1000` */
  readonly resamples?: number | undefined;
  /** Of every interval, between 0 and 1. @defaultValue `0.95` */
  readonly confidence?: number | undefined;
  /** What holds the Elo scale: a rating for the mean of all models, or for one. @defaultValue `{ rating: 1000 }` */
  readonly anchor?: { readonly model?: string | undefined; readonly rating: number } | undefined;
}

/** @internal */
export type EvaluationSettings = Resolved<SummarizeEvaluationConfig>;

/** @internal */
export const summarizeConfigSchema: z.ZodType<EvaluationSettings, SummarizeEvaluationConfig> = z.strictObject({
  seed: z.int().default(0),
  resamples: z.int().min(10, 'must be at least 10: the ends of an interval are found among them').default(1000),
  confidence: z.number().gt(0, 'must be above 0').lt(1, 'must be below 1').default(0.95),
  anchor: z.strictObject({ model: z.string().optional(), rating: z.number() }).default({ rating: 1000 }),
});
