import type { Question } from '../types.js';

/**
 * The question set of this package: 80 hard questions, ten in each of the categories `generic`, `knowledge`, `roleplay`,
 * `common-sense`, `fermi`, `counterfactual`, `coding-math` and `writing`, which are those of the evaluation of March 2023. The
 * questions are new. Those of `coding-math` are tagged `coding` or `math` and have references that the tests verify; six
 * questions have a second turn.
 *
 * Loaded where it is first asked for.
 *
 * @public
 */
export async function vicunaQuestions(): Promise<readonly Question[]> {
  const { questions } = await import('./own/index.js');
  return questions;
}
