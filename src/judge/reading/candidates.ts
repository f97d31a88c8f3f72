import { type FigurePair, problemOf } from './figures.js';

/** Two scores that a rule found. */
export interface Candidate {
  readonly pair: FigurePair;
  /** The reply calls them final or overall: they beat others. */
  readonly final: boolean;
}

/** Finds scores of one form in a reply's plain lines, wherever they stand. */
export type ScoreRule = (lines: readonly string[]) => readonly Candidate[];

/** What candidates say together. */
export type Decision =
  | { readonly kind: 'scores'; readonly first: number; readonly second: number }
  | { readonly kind: 'contradiction' | 'off-scale'; readonly problem: string }
  | { readonly kind: 'none' };

/** Candidates off the scale are none: an answer that is quoted looks like a score. Two that differ are not chosen between. */
export function decide(candidates: readonly Candidate[]): Decision {
  const problems = candidates.map(({ pair }) => problemOf(pair.first) ?? problemOf(pair.second));
  const onScale = candidates.filter((_, index) => problems[index] === undefined);
  const final = onScale.filter((candidate) => candidate.final);
  const distinct = new Map(
    (final.length > 0 ? final : onScale).map(({ pair }) => [`${pair.first.value} and ${pair.second.value}`, pair]),
  );
  if (distinct.size > 1)
    return {
      kind: 'contradiction',
      problem: `several pairs of scores: ${[...distinct.keys()].slice(0, 3).join('; ')}`,
    };
  for (const { first, second } of distinct.values())
    return { kind: 'scores', first: first.value, second: second.value };
  const problem = problems.find((found) => found !== undefined);
  return problem === undefined ? { kind: 'none' } : { kind: 'off-scale', problem };
}
