import { ConfigError, type ConfigIssue } from '../../core/index.js';
import type { Answer, AnswerPair, Question } from '../types.js';

/** Why a question has no pair. @public */
export interface MissingAnswer {
  /** The question without a pair. */
  readonly questionId: string;
  /** Whose answer is missing: that of the first model given or of the second. */
  readonly side: 'a' | 'b';
  /** `absent`: there is no answer; `incomplete`: it lacks a turn that the question has. */
  readonly reason: 'absent' | 'incomplete';
}

/** The answers of two models, side by side. @public */
export interface PairedAnswers {
  /** In the order of the questions. */
  readonly pairs: readonly AnswerPair[];
  /** Questions that one of the two did not answer. */
  readonly missing: readonly MissingAnswer[];
  /** Answers to no question of the set. */
  readonly unasked: readonly Answer[];
}

/**
 * Puts the answers of two models beside the questions they answer.
 *
 * @throws ConfigError where a side answers a question more than once: which model is meant?
 * @public
 */
export function pairAnswers(questions: Iterable<Question>, a: Iterable<Answer>, b: Iterable<Answer>): PairedAnswers {
  const sides = { a: byQuestion(a, 'a'), b: byQuestion(b, 'b') };
  const pairs: AnswerPair[] = [];
  const missing: MissingAnswer[] = [];
  const asked = new Set<string>();
  for (const question of questions) {
    asked.add(question.id);
    const [first, second] = [sides.a.get(question.id), sides.b.get(question.id)];
    const lacks = [...flaw(question, 'a', first), ...flaw(question, 'b', second)];
    if (first !== undefined && second !== undefined && lacks.length === 0)
      pairs.push({ question, a: first, b: second });
    missing.push(...lacks);
  }
  const unasked = [...sides.a.values(), ...sides.b.values()].filter(({ questionId }) => !asked.has(questionId));
  return { pairs, missing, unasked };
}

/**
 * Questions with references from a file of answers, such as mt_bench's `reference_answer/gpt-4.jsonl`. A question without one
 * there keeps what it has.
 *
 * @throws ConfigError where a question has several.
 * @public
 */
export function withReferences(questions: Iterable<Question>, references: Iterable<Answer>): readonly Question[] {
  const found = byQuestion(references, 'references');
  return [...questions].map((question) => {
    const reference = found.get(question.id)?.turns.slice(0, question.turns.length);
    return reference === undefined ? question : { ...question, reference };
  });
}

function flaw(question: Question, side: 'a' | 'b', answer: Answer | undefined): MissingAnswer[] {
  if (answer === undefined) return [{ questionId: question.id, side, reason: 'absent' }];
  const incomplete = answer.turns.length < question.turns.length;
  return incomplete ? [{ questionId: question.id, side, reason: 'incomplete' }] : [];
}

function byQuestion(answers: Iterable<Answer>, path: string): ReadonlyMap<string, Answer> {
  const found = new Map<string, Answer>();
  const issues: ConfigIssue[] = [];
  for (const answer of answers) {
    const { questionId, model } = answer;
    const other = found.get(questionId);
    if (other === undefined) found.set(questionId, answer);
    else
      issues.push({
        path,
        message: `question "${questionId}" is answered by "${other.model}" and by "${model}"; pass one`,
      });
  }
  if (issues.length > 0) throw new ConfigError('These answers', issues.slice(0, 5));
  return found;
}
