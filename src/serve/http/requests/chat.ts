import * as z from 'zod';
import type { Message, ResponseFormat } from '../../../conversation/index.js';
import { generationFields } from './fields.js';

const MAXIMUM_MESSAGES = 4096;
const MAXIMUM_ALTERNATIVES = 20;

const text = z.union([z.string(), z.array(z.strictObject({ type: z.literal('text'), text: z.string() })).min(1)]);

const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: text.describe('Text, or a list of parts of type "text".'),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: z.string().min(1).max(64),
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()),
      strict: z.boolean().nullish(),
    }),
  }),
]);

/** The body of `POST /v1/chat/completions`. Fields that are not here are refused by name. */
export const chatRequestSchema = z.strictObject({
  ...generationFields,
  messages: z.array(message).min(1).max(MAXIMUM_MESSAGES),
  max_completion_tokens: z.int().min(1).nullish().describe('The newer name of max_tokens.'),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(MAXIMUM_ALTERNATIVES).nullish(),
  response_format: responseFormat.nullish(),
});

export type ChatRequest = z.output<typeof chatRequestSchema>;

export function messagesOf({ messages }: ChatRequest): Message[] {
  return messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map((part) => part.text).join(''),
  }));
}

export function responseFormatOf({ response_format: format }: ChatRequest): ResponseFormat | undefined {
  if (format == null || format.type === 'text') return undefined;
  if (format.type === 'json_object') return { type: 'json-schema', name: 'object', schema: { type: 'object' } };
  return { type: 'json-schema', name: format.json_schema.name, schema: format.json_schema.schema };
}
