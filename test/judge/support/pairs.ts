import type { AnswerPair } from '../../../src/judge/index.js';

/** A pair of answers of the models `m1` and `m2`. */
export function pairOf({
  id = '1',
  category = 'writing',
  a = 'The first answer.',
  b = 'The second answer.',
  ...question
}: {
  readonly id?: string;
  readonly category?: string;
  readonly a?: string;
  readonly b?: string;
  readonly reference?: readonly string[];
  readonly tags?: readonly string[];
} = {}): AnswerPair {
  return {
    question: { id, category, turns: [`Question ${id}?`], ...question },
    a: { questionId: id, model: 'm1', turns: [a] },
    b: { questionId: id, model: 'm2', turns: [b] },
  };
}

/** Pairs to different questions. */
export function pairsOf(count: number): AnswerPair[] {
  return Array.from({ length: count }, (_, index) =>
    pairOf({ id: `${index + 1}`, a: `First answer to ${index + 1}.`, b: `Second answer to ${index + 1}.` }),
  );
}
