import * as z from 'zod';

/** OpenAI's limit. */
const MAXIMUM_INPUTS = 2048;

/** The body of `POST /v1/embeddings`. Fields that are not here are refused by name. */
export const embeddingRequestSchema = z.strictObject({
  model: z.string().min(1).describe('Id of a model from /v1/models.'),
  input: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(MAXIMUM_INPUTS)])
    .describe('A text or several; token ids are not taken.'),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: z.string().max(256).nullish(),
});

export type EmbeddingRequest = z.output<typeof embeddingRequestSchema>;
