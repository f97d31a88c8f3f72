import type { Interval } from '../statistics/index.js';

/** A model's rating. @public */
export interface ModelRating {
  /** Id of the model. */
  readonly model: string;
  /** On the Elo scale: 400 points are odds of ten to one. */
  readonly rating: number;
  /** Bootstrap interval, questions resampled. Absent with fewer than two. */
  readonly interval?: Interval | undefined;
  /** 1, and one more for every model whose interval lies wholly above this one's: models of one rank cannot be told apart. */
  readonly rank: number;
  /** Judgments that it is rated by: wins, ties and losses together. */
  readonly comparisons: number;
  /** Judgments that it won. */
  readonly wins: number;
  /** Judgments without a winner. */
  readonly ties: number;
  /** Judgments that it lost. */
  readonly losses: number;
}

/** Models that can be rated together: each was compared with another of them, directly or over others. @public */
export interface RatingGroup {
  /** Best first. */
  readonly models: readonly ModelRating[];
  /**
   * `likeliest`: the maximum of the likelihood. `separated`: some of the models never lost to any of the others, so that
   * their ratings would be infinite; half a win each way was added to every pair that was compared.
   */
  readonly fit: 'likeliest' | 'separated';
}

/** Bradley-Terry ratings, ties as half a win for each. @public */
export interface RatingSummary {
  /** What holds the scale: the mean of a group is 1000, or one model has a given rating (in the group it is in). */
  readonly anchor: { readonly model?: string | undefined; readonly rating: number };
  /** Largest first. More than one: nothing compares the models of one with those of another. */
  readonly groups: readonly RatingGroup[];
}
