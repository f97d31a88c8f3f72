import * as z from 'zod';
import { generationFields } from './fields.js';

const MAXIMUM_PROMPTS = 64;
/** OpenAI's limit of this API. */
const MAXIMUM_ALTERNATIVES = 5;

/** The body of `POST /v1/completions`. Fields that are not here are refused by name. */
export const completionRequestSchema = z.strictObject({
  ...generationFields,
  prompt: z
    .union([z.string(), z.array(z.string()).min(1).max(MAXIMUM_PROMPTS)])
    .describe('Text to go on with, or several; token ids are not taken.'),
  logprobs: z.int().min(0).max(MAXIMUM_ALTERNATIVES).nullish(),
});

export type CompletionRequest = z.output<typeof completionRequestSchema>;

export function promptsOf({ prompt }: CompletionRequest): readonly string[] {
  return typeof prompt === 'string' ? [prompt] : prompt;
}
