import * as z from 'zod';
import type {
  ChatFeature,
  ChatOptions,
  DrawnToken,
  Embedding,
  Generation,
  Message,
  TextDelta,
  TokenProbability,
} from '../../../conversation/index.js';
import type { CallOptions } from '../../../core/index.js';

/** Options that travel: all but what belongs to the calling process. */
export type RemoteOptions = Omit<ChatOptions, keyof CallOptions>;

/** What a model is asked. */
export type Call =
  | { readonly kind: 'chat'; readonly messages: readonly Message[]; readonly options: RemoteOptions }
  | { readonly kind: 'complete'; readonly prompt: string; readonly options: RemoteOptions }
  | { readonly kind: 'embed'; readonly texts: readonly string[] };

export type CallKind = Call['kind'];

/** Every feature there is; a gateway may have to speak of a model that no worker has offered yet. */
export const chatFeatures = [
  'json-schema',
  'logprobs',
  'penalties',
  'repetition-penalty',
  'top-k',
  'seed',
] as const satisfies readonly ChatFeature[];

export const callKinds = ['chat', 'complete', 'embed'] as const satisfies readonly CallKind[];

const number = z.number().optional();

/** Strict: an option that one side does not know must not be lost on the way. Ranges are up to the model. */
const optionsSchema: z.ZodType<RemoteOptions> = z.strictObject({
  maxTokens: number,
  temperature: number,
  topK: number,
  topP: number,
  repetitionPenalty: number,
  frequencyPenalty: number,
  presencePenalty: number,
  seed: number,
  stop: z.array(z.string()).optional(),
  logprobs: number,
  responseFormat: z
    .union([
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({
        type: z.literal('json-schema'),
        name: z.string().optional(),
        schema: z.record(z.string(), z.unknown()),
      }),
    ])
    .optional(),
});

const messageSchema: z.ZodType<Message> = z.strictObject({
  role: z.enum(['system', 'user', 'assistant']),
  content: z.string(),
});

export const callSchema: z.ZodType<Call> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('chat'), messages: z.array(messageSchema), options: optionsSchema }),
  z.object({ kind: z.literal('complete'), prompt: z.string(), options: optionsSchema }),
  z.object({ kind: z.literal('embed'), texts: z.array(z.string()) }),
]);

/** JSON has no infinity, which is the logarithm of a probability of 0. */
const logprob = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NEGATIVE_INFINITY);

const probability = { token: z.string(), logprob, bytes: z.array(z.int()).optional() };
const tokenProbability: z.ZodType<TokenProbability> = z.object(probability);
const drawnToken: z.ZodType<DrawnToken> = z.object({ ...probability, likeliest: z.array(tokenProbability) });

export const deltaSchema: z.ZodType<TextDelta> = z.object({
  type: z.literal('text-delta'),
  text: z.string(),
  tokens: z.array(drawnToken).optional(),
});

/** A reply but for its text, which its deltas are. */
export interface ReplyEnd extends Omit<Generation, 'text'> {
  /** How many deltas there were: as many must have come. */
  readonly deltas: number;
}

export const replyEndSchema: z.ZodType<ReplyEnd> = z.object({
  finishReason: z.enum(['stop', 'length', 'content-filter']),
  usage: z.object({
    promptTokens: z.number(),
    completionTokens: z.number(),
    cachedPromptTokens: z.number().optional(),
  }),
  deltas: z.int().nonnegative(),
});

/** An {@link Embedding} whose values are base64 of little-endian float32: a third of what JSON numbers take, and exact. */
export interface EncodedEmbedding {
  readonly values: string;
  readonly tokens: number;
}

export const encodedEmbeddingSchema: z.ZodType<EncodedEmbedding> = z.object({
  values: z.base64(),
  tokens: z.number(),
});

export function encodeEmbedding({ values, tokens }: Embedding): EncodedEmbedding {
  return { values: Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'), tokens };
}

/** @returns `undefined` where the bytes are no float32 numbers. */
export function decodeEmbedding({ values, tokens }: EncodedEmbedding): Embedding | undefined {
  const bytes = Buffer.from(values, 'base64');
  if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined;
  // A copy: a small Buffer lies at any offset of a shared pool.
  return { values: new Float32Array(Uint8Array.from(bytes).buffer), tokens };
}
