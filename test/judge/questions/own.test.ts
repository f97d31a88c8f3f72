import { describe, expect, it } from 'vitest';
import { NearDuplicates, readQuestions, vicunaQuestions } from '../../../src/judge/questions/index.js';
import { sharedData } from '../../support/shared-data.js';

const questions = await vicunaQuestions();

describe('our own questions', () => {
  it('are ten in each of eight categories', () => {
    const counts = new Map<string, number>();
    for (const { category } of questions) counts.set(category, (counts.get(category) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({
      generic: 10,
      knowledge: 10,
      roleplay: 10,
      'common-sense': 10,
      fermi: 10,
      counterfactual: 10,
      'coding-math': 10,
      writing: 10,
    });
    expect(new Set(questions.map(({ id }) => id)).size).toBe(80);
  });

  it('have a reference for every turn of coding and maths', () => {
    for (const { category, turns, reference, tags } of questions.filter((each) => each.category === 'coding-math')) {
      expect(reference).toHaveLength(turns.length);
      expect(tags?.filter((tag) => tag === 'coding' || tag === 'math')).toHaveLength(1);
      expect(category).toBe('coding-math');
    }
  });

  it('have nothing to do with each other', () => {
    for (const [index, { turns }] of questions.entries()) {
      const nearest = new NearDuplicates(questions.toSpliced(index, 1)).nearest(turns.join('\n'));
      expect(nearest?.similarity ?? 0).toBeLessThan(0.1);
    }
  });

  const published = sharedData('data/reviews/question.jsonl');
  it.skipIf(published === undefined)('have nothing to do with those of March 2023', async () => {
    const theirs = new NearDuplicates(await readQuestions(published!));
    for (const { turns } of questions) expect(theirs.nearest(turns.join('\n'))?.similarity ?? 0).toBeLessThan(0.1);
  });
});
