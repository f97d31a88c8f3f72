import * as z from 'zod';
import type { ModerationVerdict } from '../../conversation/index.js';
import type { CallOptions } from '../../core/index.js';

/**
 * Judges texts for what nobody should learn from: one verdict for each, in their order. A list of words, a classifier, or
 * {@link openaiModeration}. Called with several texts at once, and several times side by side.
 *
 * @public
 */
export type TextJudge = (texts: readonly string[], options: CallOptions) => Promise<readonly ModerationVerdict[]>;

/** Which conversations are left out for what they say. @public */
export interface ModerationStageConfig {
  /** Whose messages are judged. @defaultValue everybody's */
  readonly roles?: readonly ('system' | 'user' | 'assistant')[] | undefined;
  /** Categories that count; a text flagged for nothing else stays. @defaultValue all */
  readonly categories?: readonly string[] | undefined;
  /**
   * What becomes of conversations whose judgment failed (after the judge's own retries): `stop` ends the run with its error,
   * `reject` leaves them out, `keep` lets them pass. All are counted.
   *
   * @defaultValue `'stop'`
   */
  readonly onFailure?: 'stop' | 'reject' | 'keep' | undefined;
  /** Most texts of one call. @defaultValue `32` */
  readonly batchTexts?: number | undefined;
  /** Most calls at once. @defaultValue `4` */
  readonly concurrency?: number | undefined;
}

/** @internal */
export const moderationStageSchema = z.strictObject({
  roles: z
    .array(z.enum(['system', 'user', 'assistant']))
    .min(1)
    .default(['system', 'user', 'assistant']),
  categories: z.array(z.string().min(1)).min(1).optional(),
  onFailure: z.enum(['stop', 'reject', 'keep']).default('stop'),
  batchTexts: z.int().positive().max(1000).default(32),
  concurrency: z.int().positive().max(256).default(4),
});

export type ModerationSettings = z.output<typeof moderationStageSchema>;
