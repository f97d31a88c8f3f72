import type { JsonSchema, Message } from '../../../conversation/index.js';
import type { Random } from '../../../core/index.js';
import type { Question } from '../../types.js';

/** What a reply has to be, where the model can be held to it. */
export const replySchema: JsonSchema = {
  type: 'object',
  properties: { questions: { type: 'array', items: { type: 'string' } } },
  required: ['questions'],
  additionalProperties: false,
};

const system =
  'You write questions for an examination of AI assistants. Examiners compare the answers of two assistants side by side, so a good question is one that a strong assistant answers visibly better than a weak one.';

/** Asks for questions, showing some that are known. */
export function generationPrompt(category: string, count: number, examples: readonly Question[]): readonly Message[] {
  const shown = examples.map(({ category: of, turns }) => `- (${of}) ${JSON.stringify(turns[0])}`).join('\n');
  const request = [
    `Write ${count} new ${count === 1 ? 'question' : 'questions'} in the category "${category}".`,
    '',
    'Each must',
    '- be hard: call for several steps of thought, particular knowledge or real craft, not for a list of general advice;',
    '- stand alone: bring everything it needs, point to no picture, file, link or earlier conversation;',
    '- have answers that an examiner can tell apart: right from wrong, or well made from badly made;',
    '- be about a subject of its own, unlike that of every other question.',
    ...(shown === '' ? [] : ['', 'Questions of the kind that is wanted. Do not repeat or rephrase them:', shown]),
    '',
    'Reply with nothing but JSON of this form: {"questions": ["…", "…"]}',
  ];
  return [
    { role: 'system', content: system },
    { role: 'user', content: request.join('\n') },
  ];
}

/** Those of the category first, drawn anew for each call so that not every question descends from the same few. */
export function drawExamples(known: readonly Question[], category: string, count: number, random: Random): Question[] {
  const own = random.shuffle(known.filter((question) => question.category === category));
  const others = random.shuffle(known.filter((question) => question.category !== category));
  return [...own, ...others].slice(0, count);
}
