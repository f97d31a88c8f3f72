import * as z from 'zod';
import { idField, missing } from '../record-fields.js';
import type { Answer } from '../types.js';

const usage = z.object({
  promptTokens: z.number(),
  completionTokens: z.number(),
  cachedPromptTokens: z.number().optional(),
});

/** Every form of an answer in one: ours, and FastChat's with `text` (2023) or `choices` (vicuna_bench, mt_bench). */
const answerFields = z.object({
  id: idField.optional(),
  answer_id: idField.nullish(),
  questionId: idField.optional(),
  question_id: idField.optional(),
  model: z.string().min(1).optional(),
  model_id: z.string().min(1).optional(),
  turns: z.array(z.string()).min(1).optional(),
  text: z.string().optional(),
  choices: z
    .array(z.object({ turns: z.array(z.string()).min(1) }))
    .min(1)
    .optional(),
  usage: usage.optional(),
  unfinished: z.boolean().optional(),
});

/** @param model - who answered, whatever the record says of it. */
export function answerSchemaFor(model?: string): z.ZodType<Answer> {
  return answerFields.transform((record, context) => {
    const { usage, unfinished, text } = record;
    const id = record.id ?? record.answer_id ?? undefined;
    const questionId = record.questionId ?? record.question_id;
    const answeredBy = model ?? record.model ?? record.model_id;
    const turns = record.turns ?? record.choices?.[0]?.turns ?? (text === undefined ? undefined : [text]);
    if (questionId === undefined) return missing(context, 'questionId', 'question_id');
    if (answeredBy === undefined) return missing(context, 'model', 'model_id');
    if (turns === undefined) return missing(context, 'turns', 'choices', 'text');
    return {
      questionId,
      model: answeredBy,
      turns,
      ...(id !== undefined && { id }),
      ...(usage && { usage }),
      ...(unfinished !== undefined && { unfinished }),
    };
  });
}
