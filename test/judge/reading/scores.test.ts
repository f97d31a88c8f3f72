import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScores } from '../../../src/judge/index.js';

const read = (text: string) => {
  const reading = readScores(text);
  return reading.kind === 'parsed' ? [reading.first, reading.second] : reading.problem;
};

describe('two scores on the first line, where they were asked for', () => {
  it.each([
    ['9 8.5\nBoth assistants ...', [9, 8.5]],
    ['8, 9\nText', [8, 9]],
    ['8,9\nText', [8, 9]],
    ['(8, 9)\nText', [8, 9]],
    ['[8, 9]', [8, 9]],
    ['**8 9**\nText', [8, 9]],
    ['`8 9`', [8, 9]],
    ['# 8 9\nText', [8, 9]],
    ['８　９\nText', [8, 9]],
    ['8/10 9/10\nText', [8, 9]],
    ['8/10, 9/10\nText', [8, 9]],
    ['8 out of 10, 9 out of 10', [8, 9]],
    ['8 and 9', [8, 9]],
    ['8 vs. 9', [8, 9]],
    ['Scores: 8 9\nText', [8, 9]],
    ['Scores 8 9', [8, 9]],
    ['9 8.5.\nText', [9, 8.5]],
    ['8,5 9,0\nText', [8.5, 9]],
    ['\n\n 10 10\nText', [10, 10]],
    ['9 8 Both assistants are good.', [9, 8]],
    ['```\n9 8\n```\nText', [9, 8]],
    ['<think>Perhaps 3 4?</think>\n9 8\nText', [9, 8]],
    // A judge that writes 0 is beyond doubt, if outside of its scale.
    ['0 9\nText', [0, 9]],
  ])('%j', (text, scores) => expect(read(text)).toEqual(scores));

  it('beat whatever stands below', () => {
    expect(read('9 8\nAssistant 1 gave 3 tips. Assistant 1: 7/10, Assistant 2: 6/10.')).toEqual([9, 8]);
  });

  it('leave the rest as the explanation', () => {
    expect(readScores('9 8\n\nA was better.\nB was not.')).toMatchObject({ explanation: 'A was better.\nB was not.' });
  });
});

describe('scores that name their answer', () => {
  it.each([
    ['Assistant 1: 8/10\nAssistant 2: 9/10\nText', [8, 9]],
    ['Some text.\n\n**Assistant 1:** 8/10\n\n**Assistant 2:** 9/10', [8, 9]],
    ['Assistant 2: 9/10, Assistant 1: 8/10', [8, 9]],
    ['Text.\n\nScores:\nAssistant 1: 10\nAssistant 2: 4\n\nAssistant 1 performed better.', [10, 4]],
    ['Text.\n\nI would give the following scores:\n\nAssistant 1: 1 (no steps)\nAssistant 2: 8 (an error)', [1, 8]],
    ['1. Assistant 1: 8/10\n2. Assistant 2: 7/10', [8, 7]],
    ['Scores:\n\n* Assistant 1: 8\n* Assistant 2: 7\n\nExplanation: ...', [8, 7]],
    ['Assistant 1 (8/10): nice.\nAssistant 2 (7/10): less.', [8, 7]],
    ['Assistant 1 Score: 7.5/10\n\nReason.\n\nAssistant 2 Score: 8/10\n\nReason', [7.5, 8]],
    ['Score for Assistant 1: 8\nScore for Assistant 2: 6', [8, 6]],
    ['Score 1: 8\nScore 2: 7', [8, 7]],
    ['Assistant A: 8\nAssistant B: 7', [8, 7]],
    ['The first assistant gets 8/10, the second assistant gets 7/10.', [8, 7]],
    ['Scores: Assistant 1 - 7, Assistant 2 - 9', [7, 9]],
    ['Assistant 1:8/10 Assistant 2:9/10', [8, 9]],
    ['(Assistant 1) 8/10\n(Assistant 2) 7/10', [8, 7]],
    ['Assistant #1: ⭐ 8.0 / 10.0\nAssistant #2: ⭐ 9.0 / 10.0', [8, 9]],
    ['Assistant 1 scores 8 while Assistant 2 scores 9.', [8, 9]],
    ['I would give Assistant 1 a score of 8 out of 10 and Assistant 2 a 9.', [8, 9]],
    ["I'd give a 9 to Assistant 1 and a 7 to Assistant 2 as ratings.", [9, 7]],
    ['I would rate Assistant 1’s answer as 8/10 and Assistant 2’s as 9/10.', [8, 9]],
    ['助手1：8分\n助手2：9分', [8, 9]],
    ['Assistant 1: 8\nAssistant 2: 9', [8, 9]],
    ['Assistant 1: $8/10$\nAssistant 2: $\\boxed{9}$ as its score', [8, 9]],
  ])('%j', (text, scores) => expect(read(text)).toEqual(scores));

  it('are not answers that are quoted: those are off the scale, or no scores', () => {
    const quoted = 'Assistant 1: 17.973\nAssistant 2: 10\n\nScores:\nAssistant 1: 4\nAssistant 2: 10\n';
    expect(read(quoted)).toEqual([4, 10]);
    expect(read('Assistant 1: 5\nis what the first says, and\nAssistant 2: 7\nthe other. I cannot tell.')).toMatch(
      /no two/,
    );
  });

  it('take the overall ones among those of single aspects', () => {
    const aspects = 'Helpfulness score: Assistant 1: 8, Assistant 2: 9\nOverall score: Assistant 1: 7, Assistant 2: 9';
    expect(read(aspects)).toEqual([7, 9]);
  });
});

describe('scores in sections, tables, tuples, sentences and JSON', () => {
  it.each([
    ['## Assistant 1\nGood.\n**Score: 8/10**\n\n## Assistant 2\nBetter than Assistant 1.\n**Score: 9/10**', [8, 9]],
    ['Assistant 1: wrong. Therefore, the score is 1.\n\nAssistant 2: close. Therefore, the score is 5.', [1, 5]],
    [
      'Evaluation of Assistant 1:\nAccuracy: 8/10\nOverall score: 9\nEvaluation of Assistant 2:\nOverall score: 6',
      [9, 6],
    ],
    [
      '| Criterion | Assistant 1 | Assistant 2 |\n|---|---|---|\n| Helpfulness | 8 | 9 |\n| Overall | 8 | 8.5 |',
      [8, 8.5],
    ],
    ['| Assistant | Helpfulness | Overall |\n|---|---|---|\n| Assistant 1 | 7 | 8 |\n| Assistant 2 | 9 | 9 |', [8, 9]],
    ['| | Score |\n|---|---|\n| Assistant 1 | 7 |\n| Assistant 2 | 9 |', [7, 9]],
    ['The points are (2, -2) and (10, 4); their distance is 10.\n\nOutput: (1, 7)', [1, 7]],
    ['In conclusion, the scores are (1, 5) for Assistant 1 and Assistant 2, respectively.', [1, 5]],
    ['Text.\n\n```python\n(8, 7)\n```', [8, 7]],
    ['Text.\n\n```python\nscores = (8, 7)\n```\nbecause ...', [8, 7]],
    ['My own solution.\n\nWhat I found.\n\nScores: 10 4', [10, 4]],
    ['Sure! Here are the scores:\n\n7 9\n\nAssistant 2 was better.', [7, 9]],
    ['Therefore, the Python tuple is: (8, 9)', [8, 9]],
    ['Both assistants deserve a score of 9/10.', [9, 9]],
    ['Overall, I would rate both assistants 8 out of 10.', [8, 8]],
    ['### Assistant 1\n- Accuracy: 7\n- Overall: 7.5\n\n### Assistant 2\n- Accuracy: 8\n- Overall: 9', [7.5, 9]],
    ['I rate them 8 and 9, respectively.', [8, 9]],
    ['Assistant 2 and Assistant 1 receive scores of 9 and 7, respectively.', [7, 9]],
    ['{"explanation": "x", "score_1": 8, "score_2": 9.5}', [8, 9.5]],
    ['```json\n{"assistant_1": {"score": 8}, "assistant_2": {"score": "9/10"}}\n```', [8, 9]],
    ['Here it is: {"scores": [7, 6], "reason": "}"}', [7, 6]],
  ])('%j', (text, scores) => expect(read(text)).toEqual(scores));

  it('take the explanation out of JSON', () => {
    expect(readScores('{"explanation": "A is right.", "score_1": 8, "score_2": 9}')).toMatchObject({
      explanation: 'A is right.',
    });
  });
});

describe('what is no score is never guessed', () => {
  it.each([
    ['', /empty/],
    ['<think>9 8', /empty/],
    ['I cannot judge these.', /no two scores/],
    ['9', /no two scores/],
    ['9 8 7\nText', /no two scores/],
    ['8-9\nText', /no two scores/],
    ['Assistant 1: 8-9\nAssistant 2: 9', /no two scores/],
    ['85 90\nText', /85 is not between 1 and 10/],
    ['4/5 5/5\nText', /4\/5 is not on the scale/],
    ['{"score_1": 80, "score_2": 90}', /not between/],
    ['The endpoints are (2, 3) and (10, 4).\n\n(10, 4)\nis the second one.', /no two scores/],
    ['5 * 8\nis 40.', /no two scores/],
    [
      'Helpfulness: Assistant 1: 8/10, Assistant 2: 9/10\nAccuracy: Assistant 1: 7/10, Assistant 2: 9/10',
      /several pairs/,
    ],
    ['{"score_1": 8, "score_2": 9} or rather {"score_1": 7, "score_2": 9}', /several pairs/],
    ['The answer (3, 4) is right. Assistant 1 output (3, 4), score well. Assistant 2 too.', /no two scores/],
  ])('%j', (text, problem) => expect(read(text)).toMatch(problem));

  it('whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const reading = readScores(text);
        if (reading.kind === 'unparsed') expect(reading.problem).not.toBe('');
        else for (const score of [reading.first, reading.second]) expect(score >= 0 && score <= 10).toBe(true);
      }),
    );
  });

  it.each([
    'Assistant 1 is '.repeat(20_000),
    `Assistant 1: ${'score of '.repeat(20_000)}`,
    '{'.repeat(200_000),
    '| '.repeat(100_000),
    `both ${'a '.repeat(100_000)}`,
    '1 '.repeat(100_000),
    `scores ${'('.repeat(100_000)}`,
  ])('and read in linear time where it is hostile (%#)', (text) => {
    expect(readScores(text).kind).toBe('unparsed');
  });
});

it('a score written by rule is the score read, whatever form it has', () => {
  const score = fc.integer({ min: 2, max: 20 }).map((half) => half / 2);
  const form = fc.constantFrom(
    (a: number, b: number) => `${a} ${b}\nText`,
    (a: number, b: number) => `Text.\n\nScores: ${a} ${b}`,
    (a: number, b: number) => `Text.\n\nScores:\nAssistant 1: ${a}/10\nAssistant 2: ${b}/10`,
    (a: number, b: number) => `Text.\n\n**Final scores**\n- Assistant 1: **${a}**\n- Assistant 2: **${b}**`,
    (a: number, b: number) => `Text.\n\nOutput: (${a}, ${b})`,
    (a: number, b: number) => JSON.stringify({ score_1: a, score_2: b }),
  );
  fc.assert(
    fc.property(score, score, form, (a, b, write) => {
      expect(read(write(a, b))).toEqual([a, b]);
    }),
  );
});
