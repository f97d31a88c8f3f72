import { totalmem } from 'node:os';
import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/**
 * How the calls of one model share its engine. Every step computes the next token of every reply under way first; what is
 * left of the step's tokens goes to prompts, to each an equal share, so that neither a long prompt nor many of them keep
 * anybody from going on.
 *
 * @public
 */
export interface BatchingConfig {
  /**
   * Most tokens of a step. A reply's next token takes as long as the step it is in: less makes replies steadier, more
   * reads prompts faster, up to where the processor is busy anyway.
   *
   * @defaultValue `256`
   */
  readonly stepTokens?: number | undefined;
  /** Most replies computed together, at most `stepTokens`; further calls wait in their order. @defaultValue `64` */
  readonly maximumSequences?: number | undefined;
  /**
   * Memory for the keys and values of running calls: each reserves what its prompt and `maxTokens` may need, and calls
   * that find no room wait in their order. One call always runs, whatever it needs.
   *
   * @defaultValue a quarter of the machine's memory
   */
  readonly cacheBytes?: number | undefined;
  /**
   * Memory for the keys and values of calls that ended, the least recently used first to go. A call that begins as one of
   * them did (a system prompt, earlier turns) starts behind what they share. 0 keeps none, and shares nothing between
   * calls that run.
   *
   * @defaultValue a quarter of `cacheBytes`
   */
  readonly prefixCacheBytes?: number | undefined;
}

export type ResolvedBatchingConfig = Resolved<BatchingConfig>;

export const batchingConfigSchema: z.ZodType<ResolvedBatchingConfig, BatchingConfig> = z
  .strictObject({
    stepTokens: z.int().positive().default(256),
    maximumSequences: z.int().positive().optional(),
    cacheBytes: z
      .number()
      .positive()
      .default(() => memory() / 4),
    prefixCacheBytes: z.number().nonnegative().optional(),
  })
  .transform((config) => ({
    ...config,
    maximumSequences: config.maximumSequences ?? Math.min(64, config.stepTokens),
    prefixCacheBytes: config.prefixCacheBytes ?? config.cacheBytes / 4,
  }))
  .refine(({ stepTokens, maximumSequences }) => maximumSequences <= stepTokens, {
    path: ['maximumSequences'],
    message: 'must not be above stepTokens: each of them needs a token of every step',
  });

/** Bytes that this process may use: a container's limit where there is one. */
function memory(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
