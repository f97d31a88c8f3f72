import type { Question } from '../../types.js';

/** A question as it is written down: one turn, or what else it has. */
export type WrittenQuestion = string | Pick<Question, 'turns' | 'reference' | 'tags'>;

/** Numbers the questions of a category: `fermi-3`. */
export function questionList(category: string, written: readonly WrittenQuestion[]): readonly Question[] {
  return written.map((question, index) => ({
    id: `${category}-${index + 1}`,
    category,
    ...(typeof question === 'string' ? { turns: [question] } : question),
  }));
}
