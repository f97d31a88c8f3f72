import * as z from 'zod';
import { idField, missing } from '../record-fields.js';
import type { Question } from '../types.js';

const text = z.string().min(1, 'must not be empty');

/** Every form of a question in one: ours, and FastChat's with `text` (2023) or with `turns` (vicuna_bench, mt_bench). */
const questionFields = z.object({
  id: idField.optional(),
  question_id: idField.optional(),
  category: text,
  turns: z.array(text).min(1, 'must hold a turn').optional(),
  text: text.optional(),
  reference: z.union([z.string(), z.array(z.string())]).nullish(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** Checks a {@link Question}, also one in FastChat's words; fields that a question does not need are dropped. @internal */
export const questionSchema: z.ZodType<Question> = questionFields.transform((record, context) => {
  const id = record.id ?? record.question_id;
  const turns = record.turns ?? (record.text === undefined ? undefined : [record.text]);
  if (id === undefined) return missing(context, 'id', 'question_id');
  if (turns === undefined) return missing(context, 'turns', 'text');
  const { category, tags, metadata } = record;
  const reference = referenceOf(record.reference);
  if (reference !== undefined && reference.length > turns.length) {
    const message = `has ${reference.length} turns, the question ${turns.length}`;
    context.addIssue({ code: 'custom', path: ['reference'], message });
    return z.NEVER;
  }
  return { id, category, turns, ...(reference && { reference }), ...(tags && { tags }), ...(metadata && { metadata }) };
});

/** A reference that says nothing to any turn is none. */
function referenceOf(field: string | readonly string[] | null | undefined): readonly string[] | undefined {
  const turns = typeof field === 'string' ? [field] : (field ?? []);
  return turns.some((turn) => turn.trim() !== '') ? turns : undefined;
}
