import type { Question } from '../judge/index.js';

export const questionsHelp = 'a file of questions, or "vicuna" for the 80 of this package in eight categories';

/** @throws DataError naming the line of a question that cannot be. */
export async function questionsOf(source: string): Promise<readonly Question[]> {
  const { readQuestions, vicunaQuestions } = await import('../judge/index.js');
  return source === 'vicuna' ? vicunaQuestions() : readQuestions(source);
}
