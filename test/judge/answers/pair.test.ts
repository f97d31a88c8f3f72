import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/core/index.js';
import { pairAnswers, withReferences } from '../../../src/judge/answers/index.js';
import type { Answer, Question } from '../../../src/judge/types.js';

const question = (id: string, turns = 1): Question => ({ id, category: 'math', turns: Array(turns).fill(`${id}?`) });
const answer = (questionId: string, model: string, turns = 1): Answer => ({
  questionId,
  model,
  turns: Array(turns).fill('.'),
});

describe('pairing answers', () => {
  it('puts two answers beside each question, in its order, and says what is missing on which side', () => {
    const questions = [question('1'), question('2', 2), question('3'), question('4')];
    const a = [answer('4', 'x'), answer('3', 'x'), answer('2', 'x', 2), answer('1', 'x')];
    const b = [answer('1', 'y'), answer('2', 'y', 1), answer('4', 'y'), answer('9', 'y')];
    const { pairs, missing, unasked } = pairAnswers(questions, a, b);
    expect(pairs).toEqual([
      { question: questions[0], a: a[3], b: b[0] },
      { question: questions[3], a: a[0], b: b[2] },
    ]);
    expect(missing).toEqual([
      { questionId: '2', side: 'b', reason: 'incomplete' },
      { questionId: '3', side: 'b', reason: 'absent' },
    ]);
    expect(unasked).toEqual([b[3]]);
  });

  it('refuses a side that answers a question twice, naming question and models', () => {
    const twice = [answer('1', 'x'), answer('1', 'z')];
    expect(() => pairAnswers([question('1')], twice, [])).toThrow(ConfigError);
    expect(() => pairAnswers([question('1')], [], twice)).toThrow('b: question "1" is answered by "x" and by "z"');
  });
});

describe('references from a file of answers', () => {
  it('go to their questions; the others keep what they have', () => {
    const known = { ...question('2'), reference: ['known'] };
    expect(
      withReferences([question('1'), known, question('3')], [answer('1', 'gpt-4', 2), answer('7', 'gpt-4')]),
    ).toEqual([{ ...question('1'), reference: ['.'] }, known, question('3')]);
  });
});
