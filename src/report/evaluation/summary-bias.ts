import type { Estimate } from './estimate.js';

/** How the place in which an answer was shown moved the judge. Over the judgments read in both orders. @public */
export interface PositionBias {
  /** Judgments with a readable outcome in both orders. */
  readonly judgments: number;
  /** Those in which the orders disagree; each counts as a tie of the models. */
  readonly disagreements: number;
  /** Disagreements in favour of the answer shown first, and second. */
  readonly first: number;
  /** Disagreements in favour of the answer shown second. */
  readonly second: number;
  /** `disagreements / judgments`. */
  readonly rate: Estimate;
  /** `first / disagreements`: 0.5 is no preference for a place. Absent without disagreements. */
  readonly firstShare?: Estimate | undefined;
  /** Exact two-sided sign test of `first` against `second` (McNemar's exact test of the two orders). */
  readonly pValue: number;
  /** Mean of the score of the answer shown first less that of the other, in points. Absent without scores. */
  readonly firstAdvantage?: Estimate | undefined;
}

/** How the length of answers goes with winning. A longer answer may well be the better one: it is no proof of bias. @public */
export interface LengthBias {
  /** Decided judgments (no ties) whose answers differ in length. */
  readonly judgments: number;
  /** Judgments in which the longer answer won. */
  readonly longerWins: number;
  /** `longerWins / judgments`. Absent where there are none. */
  readonly longerShare?: Estimate | undefined;
  /** Exact two-sided sign test of `longerWins` against the rest. */
  readonly pValue: number;
  /** Mean lengths of the answers, in Unicode code points. */
  readonly meanLength: { readonly a: number; readonly b: number };
  /**
   * The win rate of a at equal lengths, in the spirit of length-controlled AlpacaEval (Dubois et al. 2024): a logistic
   * regression of the outcome (1, 0.5, 0) on `(length a - length b) / standard deviation of that`, read at 0.
   * Absent where the difference of lengths is the same everywhere, so that nothing can be told apart.
   */
  readonly controlled?: LengthControlled | undefined;
}

/** A win rate with the effect of length taken out. @public */
export interface LengthControlled {
  /** Of a over b, were their answers equally long: from 0 to 1, ties as half a win. */
  readonly winRate: Estimate;
  /** Log-odds of winning for each standard deviation by which an answer is longer; 0 is no effect of length. */
  readonly coefficient: Estimate;
  /** Standard deviation of the difference of lengths, in code points. */
  readonly standardDeviation: number;
  /**
   * `separated` where length (or nothing at all) decides every outcome: no finite fit is the likeliest, and what stands
   * here is held back by a tiny ridge penalty.
   */
  readonly fit: 'likeliest' | 'separated';
}

/** What else than quality goes with winning. @public */
export interface BiasSummary {
  /** Absent where no judgment was read in both orders. */
  readonly position?: PositionBias | undefined;
  /** Absent where no judgment has an outcome. */
  readonly length?: LengthBias | undefined;
}
