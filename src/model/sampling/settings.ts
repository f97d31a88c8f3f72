import * as z from 'zod';
import type { ChatOptions } from '../../conversation/index.js';
import type { CallOptions, Resolved } from '../../core/index.js';

/**
 * What to do when messages leave no room for a reply: `error` throws `context-overflow`; `truncate-oldest` forgets the
 * oldest rounds (a question and its answer) until there is room, and keeps the system message and the last question.
 *
 * @public
 */
export type ContextOverflow = 'error' | 'truncate-oldest';

/** How a {@link VicunaModel} replies. @public */
export interface VicunaChatOptions extends ChatOptions {
  /**
   * When messages are too long. A reply that reaches the end of the context ends there, with `finishReason: 'length'`,
   * either way.
   *
   * @defaultValue `'error'`
   */
  readonly contextOverflow?: ContextOverflow | undefined;
}

/** How to continue a text. @public */
export type CompletionOptions = ChatOptions;

type Settings = Omit<
  VicunaChatOptions,
  keyof CallOptions | 'frequencyPenalty' | 'presencePenalty' | 'logprobs' | 'responseFormat'
>;

/** {@link VicunaChatOptions} with every default filled in; what has no default value is `null`. */
export type GenerationSettings = Omit<Resolved<Settings>, 'maxTokens' | 'seed'> & {
  readonly maxTokens: number | null;
  readonly seed: number | null;
};

export const generationSettingsSchema: z.ZodType<GenerationSettings, Settings> = z.strictObject({
  maxTokens: z
    .int()
    .positive()
    .optional()
    .transform((count) => count ?? null),
  temperature: z.number().nonnegative().default(0.7),
  topK: z.int().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  repetitionPenalty: z.number().positive().default(1),
  seed: z
    .int()
    .optional()
    .transform((seed) => seed ?? null),
  stop: z.array(z.string().min(1)).readonly().default([]),
  contextOverflow: z.enum(['error', 'truncate-oldest']).default('error'),
});
