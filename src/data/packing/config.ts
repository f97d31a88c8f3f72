import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** How examples become optimizer steps and micro-batches. @public */
export interface PackingConfig {
  /** Most tokens of a micro-batch: what is computed at once. No example may be longer. @defaultValue `2048` */
  readonly microBatchTokens?: number | undefined;
  /** Conversations of one optimizer step; used unless `batchTokens` is given. @defaultValue `128` */
  readonly batchConversations?: number | undefined;
  /**
   * Tokens of one optimizer step, as so many full micro-batches, rounded down; 0 counts conversations instead.
   *
   * @defaultValue `0`
   */
  readonly batchTokens?: number | undefined;
  /** Whether each epoch has an order of its own; otherwise examples come as they were given. @defaultValue `true` */
  readonly shuffle?: boolean | undefined;
  /**
   * With `batchTokens`: how many shuffled examples are packed together. More fill micro-batches better; fewer keep
   * conversations of one length from meeting.
   *
   * @defaultValue `1024`
   */
  readonly shuffleWindow?: number | undefined;
  /** Decides every order. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** A {@link PackingConfig} with its defaults. @internal */
export type PackingSettings = Resolved<PackingConfig>;

const positive = z.int().positive();

/** @internal */
export const packingConfigSchema: z.ZodType<PackingSettings, PackingConfig> = z
  .strictObject({
    microBatchTokens: positive.default(2048),
    batchConversations: positive.default(128),
    batchTokens: z.int().nonnegative().default(0),
    shuffle: z.boolean().default(true),
    shuffleWindow: positive.default(1024),
    seed: z.int().default(0),
  })
  .refine(({ batchTokens, microBatchTokens }) => batchTokens === 0 || batchTokens >= microBatchTokens, {
    path: ['batchTokens'],
    error: 'must hold at least one micro-batch: raise it to microBatchTokens or more, or lower microBatchTokens',
  });
