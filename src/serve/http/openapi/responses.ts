import * as z from 'zod';

// The answers, as they are described. They are made by hand in routes/, and tests hold them against these.

const count = z.int().nonnegative();
const usage = z.strictObject({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.strictObject({ cached_tokens: count }),
});
const finishReason = z.enum(['stop', 'length', 'content_filter']);
const probability = { token: z.string(), logprob: z.number(), bytes: z.array(z.int().min(0).max(255)).nullable() };

const head = { id: z.string(), created: count, model: z.string(), system_fingerprint: z.null() };

export const chatCompletion = z.strictObject({
  ...head,
  object: z.literal('chat.completion'),
  choices: z.array(
    z.strictObject({
      index: count,
      message: z.strictObject({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: z
        .strictObject({
          content: z.array(z.strictObject({ ...probability, top_logprobs: z.array(z.strictObject(probability)) })),
          refusal: z.null(),
        })
        .nullable(),
      finish_reason: finishReason,
    }),
  ),
  usage,
});

export const completion = z.strictObject({
  ...head,
  object: z.literal('text_completion'),
  choices: z.array(
    z.strictObject({
      index: count,
      text: z.string(),
      logprobs: z
        .strictObject({
          tokens: z.array(z.string()),
          token_logprobs: z.array(z.number()),
          top_logprobs: z.array(z.record(z.string(), z.number())),
          text_offset: z.array(count),
        })
        .nullable(),
      finish_reason: finishReason,
    }),
  ),
  usage,
});

export const embeddings = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      object: z.literal('embedding'),
      index: count,
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.strictObject({ prompt_tokens: count, total_tokens: count }),
});

export const model = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: count,
  owned_by: z.string(),
  capabilities: z.strictObject({ features: z.array(z.string()), completions: z.boolean(), embeddings: z.boolean() }),
});

export const models = z.strictObject({ object: z.literal('list'), data: z.array(model) });

export const vote = z.strictObject({ object: z.literal('vote'), at: z.iso.datetime() });

export const status = z.strictObject({ status: z.string() });

export const error = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
    trace_id: z.string(),
  }),
});
