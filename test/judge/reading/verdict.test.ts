import { describe, expect, it } from 'vitest';
import { readVerdict } from '../../../src/judge/index.js';

const read = (text: string) => {
  const reading = readVerdict(text);
  return reading.kind === 'parsed' ? reading.verdict : reading.problem;
};

describe('which of two answers is better', () => {
  it.each([
    ['Reasons. [[A]]', 'first'],
    ['[[B]]', 'second'],
    ['[[C]]', 'tie'],
    ['[[Tie]]', 'tie'],
    ['[[Assistant A]]', 'first'],
    ['[[A]]\n\nOn the whole:\n\n[[A]]', 'first'],
    ['I write [[A]] if A is better, [[B]] if B is.\n\nFinal verdict: [[B]]', 'second'],
    ['[[A>>B]]', 'first'],
    ['My final verdict is: [[B>A]]', 'second'],
    ['[[A=B]]', 'tie'],
    ['{"explanation": "x", "verdict": "A"}', 'first'],
    ['```json\n{"winner": "Assistant B"}\n```', 'second'],
    ['{"winner": "tie"}', 'tie'],
    ['Winner: Assistant A', 'first'],
    ['**Final Verdict:** B', 'second'],
    ['## Verdict\nB', 'second'],
    ['The winner is Assistant B.', 'second'],
    ['Reasons.\n\n\\boxed{A}', 'first'],
    ['A', 'first'],
    ['B.', 'second'],
    ['C', 'tie'],
    ['Response B', 'second'],
    ['Assistant A is better.', 'first'],
    ['Assistant B performed better than Assistant A.', 'second'],
    ['Assistant 2 performed slightly better', 'second'],
    ['Assistant B is the better choice overall.', 'second'],
    ['Assistant B provides the better answer.', 'second'],
    ['I prefer Assistant A here.', 'first'],
    ['Assistant A wins.', 'first'],
    ["It's a tie.", 'tie'],
    ['Both assistants did equally well.', 'tie'],
    ['Assistant A is better in terms of detail. Overall, Assistant B is better.', 'second'],
    ['<think>[[A]]</think>[[B]]', 'second'],
  ])('%j', (text, verdict) => expect(read(text)).toBe(verdict));
});

describe('is not guessed', () => {
  it.each([
    ['', /empty/],
    ['Both have their merits.', /no verdict/],
    ['Assistant A is not better than Assistant B.', /no verdict/],
    ["I can't say which is better.", /no verdict/],
    ['[[A]] and [[B]]', /several verdicts/],
    ['Verdict: [[A]]\n\nOn reflection ...\n\nVerdict: [[B]]', /several verdicts/],
    ['Assistant A is better and Assistant B is better', /several verdicts/],
  ])('%j', (text, problem) => expect(read(text)).toMatch(problem));
});
