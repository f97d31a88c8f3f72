import * as z from 'zod';
import { parseConfig, type Resolved } from '../../core/index.js';

/** Which learning rates are tried. @public */
export interface LearningRateSearchConfig {
  /** That of the first step. @defaultValue `1e-7` */
  readonly from?: number | undefined;
  /** That of the last step. @defaultValue `1e-2` */
  readonly to?: number | undefined;
  /** Optimizer steps from one to the other, each with the same factor. @defaultValue `60` */
  readonly steps?: number | undefined;
}

/** A step of the search. @public */
export interface TriedLearningRate {
  /** Counts from 1. */
  readonly step: number;
  /** What the step was taken with. */
  readonly learningRate: number;
  /** Mean loss over the step's supervised tokens, in nats, before the step changed the weights. */
  readonly loss: number;
  /** The loss with those of the steps before it, each counting less the longer ago it was. */
  readonly smoothedLoss: number;
}

/** What happens in a search. @public */
export interface LearningRateEvent extends TriedLearningRate {
  /** A step was taken. */
  readonly type: 'rate-tried';
}

/** What a search came to. @public */
export interface LearningRateSearch {
  /** All that were tried, rising. */
  readonly tried: readonly TriedLearningRate[];
  /** Where the smoothed loss falls fastest: a `learningRate` to begin with. Absent where it never falls. */
  readonly suggested?: number;
  /** Where the smoothed loss was lowest: rates near it and above are too high. */
  readonly lowest: number;
  /** Where the loss ran away and the search ended before its last step. */
  readonly diverged?: number;
}

const schema = z
  .strictObject({
    from: z.number().positive().default(1e-7),
    to: z.number().positive().default(1e-2),
    steps: z.int().min(8).max(100_000).default(60),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be above from' });

/** @throws ConfigError naming every field at fault. */
export function resolveSearchConfig(config: LearningRateSearchConfig): Resolved<LearningRateSearchConfig> {
  return parseConfig(schema, config, 'Learning rate search config');
}
