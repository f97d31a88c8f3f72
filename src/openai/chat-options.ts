import * as z from 'zod';
import type { ChatFeature, ChatOptions } from '../conversation/index.js';
import { type CallOptions, VicunaError, type VicunaErrorCode } from '../core/index.js';

/** What of a call is sent. @public */
export type SentChatOptions = Omit<ChatOptions, keyof CallOptions>;

const penalty = z.number().min(-2).max(2).optional();

/** @internal */
export const sentOptionsSchema: z.ZodType<SentChatOptions, SentChatOptions> = z.strictObject({
  maxTokens: z.int().positive().optional(),
  temperature: z.number().nonnegative().optional(),
  topK: z.int().nonnegative().optional(),
  topP: z.number().positive().max(1).optional(),
  repetitionPenalty: z.number().positive().optional(),
  frequencyPenalty: penalty,
  presencePenalty: penalty,
  seed: z.int().optional(),
  stop: z.array(z.string().min(1)).readonly().optional(),
  logprobs: z.int().min(0).max(20).optional(),
  responseFormat: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({
        type: z.literal('json-schema'),
        name: z
          .string()
          .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" and "-"')
          .optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    ])
    .optional(),
});

/** Which options ask for which feature, and when: a value that changes nothing asks for none. */
const askedFeatures: readonly (readonly [keyof SentChatOptions, ChatFeature, (options: SentChatOptions) => boolean])[] =
  [
    ['topK', 'top-k', ({ topK = 0 }) => topK !== 0],
    ['repetitionPenalty', 'repetition-penalty', ({ repetitionPenalty = 1 }) => repetitionPenalty !== 1],
    ['frequencyPenalty', 'penalties', ({ frequencyPenalty = 0 }) => frequencyPenalty !== 0],
    ['presencePenalty', 'penalties', ({ presencePenalty = 0 }) => presencePenalty !== 0],
    ['seed', 'seed', ({ seed }) => seed !== undefined],
    ['logprobs', 'logprobs', ({ logprobs }) => logprobs !== undefined],
    ['responseFormat', 'json-schema', ({ responseFormat }) => responseFormat?.type === 'json-schema'],
  ];

/**
 * @throws VicunaError `option-unsupported` naming the option, where it asks for what the model does not offer.
 * @internal
 */
export function requireFeatures(options: SentChatOptions, features: readonly ChatFeature[], model: string): void {
  for (const [option, feature, asks] of askedFeatures) {
    if (!asks(options) || features.includes(feature)) continue;
    throw new VicunaError(
      'option-unsupported' satisfies VicunaErrorCode,
      `${option}: ${model} is not known to offer "${feature}". Leave the option out, or name "${feature}" in the ` +
        'features of openaiChatModel if the endpoint does offer it.',
    );
  }
}
