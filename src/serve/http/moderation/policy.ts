import * as z from 'zod';
import type { Moderator } from '../../../openai/index.js';

/** What is put before a moderator, and what its word means. @public */
export interface ModerationPolicy {
  /** Decides on texts: `openaiModeration()`, or a function of your own. */
  readonly moderator: Moderator;
  /** Judge what users write. @defaultValue `true` */
  readonly input?: boolean | undefined;
  /**
   * Judge replies too. Their text is held back until it is judged, a stretch at a time, and a reply that is refused ends
   * with `content_filter`. @defaultValue `false`
   */
  readonly output?: boolean | undefined;
  /** Where the moderator fails: `closed` refuses, `open` lets through. @defaultValue `'closed'` */
  readonly onFailure?: 'closed' | 'open' | undefined;
  /** Models that are moderated. @defaultValue all */
  readonly models?: readonly string[] | undefined;
  /** Characters of a reply that are judged at a time. @defaultValue `400` */
  readonly outputCharacters?: number | undefined;
  /** Write the judged text into the log. @defaultValue `false` */
  readonly logText?: boolean | undefined;
}

export const moderationPolicySchema = z.strictObject({
  moderator: z.custom<Moderator>((value) => typeof value === 'function', 'must be a function'),
  input: z.boolean().default(true),
  output: z.boolean().default(false),
  onFailure: z.enum(['closed', 'open']).default('closed'),
  models: z.array(z.string()).optional(),
  outputCharacters: z.int().positive().default(400),
  logText: z.boolean().default(false),
});

export type ResolvedModerationPolicy = z.output<typeof moderationPolicySchema>;
