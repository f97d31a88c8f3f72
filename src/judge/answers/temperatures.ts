import type { Question } from '../types.js';

/**
 * Temperatures by category. Where one answer is right, the likeliest is wanted; where many are good, a livelier one.
 *
 * For mt_bench's categories they are those of FastChat's `gen_model_answer` (Zheng et al. 2023); `coding-math` and `fermi` of
 * our own set are set as its coding, math and reasoning, `knowledge` as its stem and humanities.
 *
 * @public
 */
export const answerTemperatures: Readonly<Record<string, number>> = {
  writing: 0.7,
  roleplay: 0.7,
  stem: 0.1,
  humanities: 0.1,
  knowledge: 0.1,
  extraction: 0,
  reasoning: 0,
  coding: 0,
  math: 0,
  'coding-math': 0,
  fermi: 0,
};

/** FastChat's for any other category. */
export const otherTemperature = 0.7;

/** By category, in any case. */
export function temperatureFinder(changes: Readonly<Record<string, number>>): (question: Question) => number {
  const known = Object.entries({ ...answerTemperatures, ...changes });
  const temperatures = new Map(known.map(([category, temperature]) => [category.toLowerCase(), temperature]));
  return ({ category }) => temperatures.get(category.toLowerCase()) ?? otherTemperature;
}
