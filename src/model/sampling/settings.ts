import * as z from 'zod';
import type { ChatFeature, ChatOptions, ResponseFormat } from '../../conversation/index.js';
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

/** All that can be asked of a {@link ChatModel}. */
export const honoured: readonly ChatFeature[] = [
  'json-schema',
  'logprobs',
  'penalties',
  'repetition-penalty',
  'top-k',
  'seed',
];

type Settings = Omit<VicunaChatOptions, keyof CallOptions>;
/** What stays open where it is not given. */
type Open = 'maxTokens' | 'seed' | 'logprobs';

/** {@link VicunaChatOptions} with every default filled in; what has no default value is `null`. */
export type GenerationSettings = Omit<Resolved<Settings>, Open> & { readonly [Key in Open]: number | null };

const orNull = (schema: z.ZodNumber) => schema.optional().transform((value) => value ?? null);

const responseFormatSchema: z.ZodType<ResponseFormat, ResponseFormat> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({
    type: z.literal('json-schema'),
    name: z.string().optional(),
    schema: z.record(z.string(), z.unknown()),
  }),
]);

export const generationSettingsSchema: z.ZodType<GenerationSettings, Settings> = z.strictObject({
  maxTokens: orNull(z.int().positive()),
  temperature: z.number().nonnegative().default(0.7),
  topK: z.int().nonnegative().default(0),
  topP: z.number().positive().max(1).default(1),
  repetitionPenalty: z.number().positive().default(1),
  frequencyPenalty: z.number().min(-2).max(2).default(0),
  presencePenalty: z.number().min(-2).max(2).default(0),
  seed: orNull(z.int()),
  stop: z.array(z.string().min(1)).readonly().default([]),
  logprobs: orNull(z.int().min(0).max(20)),
  responseFormat: responseFormatSchema.default({ type: 'text' }),
  contextOverflow: z.enum(['error', 'truncate-oldest']).default('error'),
});
