import * as z from 'zod';

/** Limits of what a request may ask for. */
const MAXIMUM_CHOICES = 16;
const MAXIMUM_STOP_STRINGS = 16;
const MAXIMUM_STOP_LENGTH = 256;
const MAXIMUM_SEED = Number.MAX_SAFE_INTEGER;

const penalty = z.number().min(-2).max(2);

/** Fields that chats and completions share, under the names of OpenAI's API; `null` stands for the default there. */
export const generationFields = {
  model: z.string().min(1).describe('Id of a model from /v1/models.'),
  stream: z.boolean().nullish().describe('Send the reply as server-sent events while it is made.'),
  stream_options: z
    .strictObject({ include_usage: z.boolean().optional() })
    .nullish()
    .describe('include_usage: a last event, without choices, with the usage.'),
  n: z.int().min(1).max(MAXIMUM_CHOICES).nullish().describe('Replies to make of the same prompt.'),
  temperature: z.number().min(0).max(2).nullish().describe('0 is greedy.'),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(0).nullish().describe('Only the likeliest so many tokens; 0 for all. Not in OpenAI’s API.'),
  repetition_penalty: z.number().gt(0).nullish().describe('Not in OpenAI’s API.'),
  frequency_penalty: penalty.nullish(),
  presence_penalty: penalty.nullish(),
  max_tokens: z.int().min(1).nullish(),
  stop: z
    .union([
      z.string().min(1).max(MAXIMUM_STOP_LENGTH),
      z.array(z.string().min(1).max(MAXIMUM_STOP_LENGTH)).max(MAXIMUM_STOP_STRINGS),
    ])
    .nullish(),
  seed: z.int().min(-MAXIMUM_SEED).max(MAXIMUM_SEED).nullish().describe('The same seed gives the same reply.'),
  user: z.string().max(256).nullish().describe('On whose behalf; requests of different users take turns.'),
};
