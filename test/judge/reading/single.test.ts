import { describe, expect, it } from 'vitest';
import { readSingle } from '../../../src/judge/index.js';

const read = (text: string) => {
  const reading = readSingle(text);
  return reading.kind === 'parsed' ? reading.score : reading.problem;
};

describe('the score of one answer', () => {
  it.each([
    ['Good. Rating: [[8]]', 8],
    ['[[8.5]]', 8.5],
    ['[[Rating: 7]]', 7],
    ['Rating: 8', 8],
    ['Rating: [5]', 5],
    ['**Rating:** 8', 8],
    ['"rating": 7', 7],
    ['Score: 8/10', 8],
    ['**Overall Score: 7.5/10**', 7.5],
    ['I would rate this 8 out of 10.', 8],
    ['I give it a 9/10.', 9],
    ['The answer deserves a score of 6.', 6],
    ['8', 8],
    ['8/10\nbecause ...', 8],
    ['{"explanation": "x", "score": 9}', 9],
    ['Helpfulness: 7/10\nAccuracy: 9/10\nOverall: 8/10', 8],
    ['f(2) = 39, which is right. Rating: [[10]]', 10],
    ['<think>[[3]]</think>[[7]]', 7],
  ])('%j', (text, score) => expect(read(text)).toBe(score));
});

describe('is not guessed', () => {
  it.each([
    ['', /empty/],
    ['It lists 3 tips.', /no score/],
    ['Good:\n1. It is short.\n2.', /no score/],
    ['The code returns table[0][0], and then [7].', /no score/],
    ['Rating: 7-8', /no score/],
    ['Rating: 85', /not between/],
    ['[[11]]', /not between/],
    ['Score: 4/5', /not on the scale/],
    ['[[5]] or [[6]]', /several scores/],
    ['Helpfulness: 7/10\nAccuracy: 9/10', /several scores/],
  ])('%j', (text, problem) => expect(read(text)).toMatch(problem));
});
