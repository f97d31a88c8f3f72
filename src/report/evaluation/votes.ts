import type { Vote } from '../../conversation/index.js';
import { type Estimate, estimate, type Resampler, ratio } from './estimate.js';
import { Numbering } from './numbering.js';
import { sideOf } from './pair-table.js';
import { QuestionSums } from './question-sums.js';
import { ComparisonList } from './ratings.js';
import type { VotePairSummary } from './summary.js';

interface VotePair {
  readonly models: { readonly a: string; readonly b: string };
  readonly sums: QuestionSums;
  bothBad: number;
}

/** People's votes in numbers. A vote on no question is a unit of its own when units are resampled. */
export class VoteTable {
  readonly #comparisons = new ComparisonList();
  readonly #pairs = new Map<string, VotePair>();
  readonly #units = new Numbering();
  votes = 0;

  /** @param numberOf - of a model. */
  add(vote: Vote, numberOf: (model: string) => number): void {
    const { models, outcome } = vote;
    const unit = this.#units.of(vote.question === undefined ? `vote ${this.votes}` : `question ${vote.question}`);
    this.votes++;
    const [first, second] = [numberOf(models.a), numberOf(models.b)];
    const key = `${Math.min(first, second)} ${Math.max(first, second)}`;
    const pair = this.#pairs.get(key) ?? { models, sums: new QuestionSums(3), bothBad: 0 };
    this.#pairs.set(key, pair);
    if (outcome === 'both-bad') pair.bothBad++;
    const side = sideOf(outcome === 'both-bad' ? 'tie' : outcome, models.a !== pair.models.a);
    pair.sums.add(unit, side === 1 ? 1 : 0, side === 0 ? 1 : 0, side === -1 ? 1 : 0);
    const [a, b] = models.a === pair.models.a ? [first, second] : [second, first];
    this.#comparisons.add(unit, a, b, side);
  }

  pairs({ settings, stream }: Resampler): VotePairSummary[] {
    return [...this.#pairs].map(([key, { models, sums, bothBad }]) => {
      const [wins = 0, ties = 0, losses = 0] = sums.totals();
      const numbersOf = (counts: Uint32Array) => {
        const [won = 0, tied = 0, lost = 0] = sums.totals(counts);
        return { winRate: ratio(won + tied / 2, won + tied + lost) };
      };
      const shares = { winRate: sums.questions };
      const { estimates } = estimate(sums.questions, { settings, stream: `${stream}/${key}` }, numbersOf, shares);
      const outcomes = { decided: wins + ties + losses, wins, ties, losses };
      return { models: { ...models }, outcomes, bothBad, winRate: estimates.winRate as Estimate };
    });
  }

  /** In the order of the log. */
  get comparisons() {
    return this.#comparisons.ranked(Int32Array.from({ length: this.#units.size }, (_, unit) => unit));
  }
}
