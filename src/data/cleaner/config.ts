import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/**
 * Which languages stay, as ISO 639-1 codes (`en`, `zh`). `keep` leaves out a conversation in any other language or in
 * none that can be told; `skip` keeps those.
 *
 * @public
 */
export type LanguageFilter = 'all' | { readonly keep: readonly string[] } | { readonly skip: readonly string[] };

/** What is left out. The defaults decide as FastChat's `clean_sharegpt` does. @public */
export interface ShareGPTCleanerConfig {
  /**
   * A conversation that has one of these anywhere in its raw text, in any case, is left out.
   * @defaultValue `['openai', 'chatgpt']`
   */
  readonly blockedWords?: readonly string[] | undefined;
  /**
   * A conversation with a reply that begins with one of these is left out.
   * @defaultValue `['Too many requests in 1 hour. Try again later.']`, with and without a `!` in front
   */
  readonly blockedReplies?: readonly string[] | undefined;
  /** Fewest characters (Unicode code points) of a conversation's messages together. @defaultValue `16` */
  readonly minimumCharacters?: number | undefined;
  /** Judged on the whole conversation's text without its code. @defaultValue `'all'` */
  readonly languages?: LanguageFilter | undefined;
  /**
   * Leaves out conversations in which a numbered list starts over at 1 with every item (pages of early 2023 lost the
   * numbers). @defaultValue `false`
   */
  readonly rejectWrongListNumbering?: boolean | undefined;
  /**
   * Leaves out conversations in which a reply, apart from its code, says the same thing at least six times in a row over
   * 60 characters or more. @defaultValue `false`
   */
  readonly rejectRepetition?: boolean | undefined;
}

const tooManyRequests = 'Too many requests in 1 hour. Try again later.';

const languageCodes = z
  .array(z.string().regex(/^[a-z]{2}$/, 'must be an ISO 639-1 code: two lower-case letters, such as "en"'))
  .min(1, 'must name a language');

/** @internal */
export const cleanerConfigSchema: z.ZodType<Resolved<ShareGPTCleanerConfig>, ShareGPTCleanerConfig> = z.strictObject({
  blockedWords: z.array(z.string().min(1, 'must not be empty')).default(['openai', 'chatgpt']),
  blockedReplies: z.array(z.string().min(1, 'must not be empty')).default([tooManyRequests, `!${tooManyRequests}`]),
  minimumCharacters: z.int().nonnegative().default(16),
  languages: z
    .union([z.literal('all'), z.strictObject({ keep: languageCodes }), z.strictObject({ skip: languageCodes })], {
      error: 'must be "all", { keep: [codes] } or { skip: [codes] }',
    })
    .default('all'),
  rejectWrongListNumbering: z.boolean().default(false),
  rejectRepetition: z.boolean().default(false),
});
