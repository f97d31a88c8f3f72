import type { StopReason } from './brake.js';
import type { CallCounts } from './calls.js';
import type { JudgeFailure } from './failures.js';
import type { JuryReport } from './jury.js';
import type { PairOutcome } from './types.js';

/** What one judge did in a run. @public */
export interface JudgeTotals {
  /** Judgments that came of it, those of the store included. */
  readonly judgments: number;
  /** Its pairs by outcome. */
  readonly outcomes: Readonly<Record<PairOutcome | 'unparsed', number>>;
  /** Judgments in two orders: those that agree, and those that favoured a place. */
  readonly positionBias: Readonly<Record<'none' | 'first' | 'second', number>>;
  /** Calls and tokens it took in this run. */
  readonly calls: CallCounts;
}

/** What became of a source, whatever it held. @public */
export interface RunTotals {
  /** Pairs, or answers, that were taken from the source. */
  readonly taken: number;
  /** Judgments that were passed on, those of the store included. */
  readonly judgments: number;
  /** Those of `judgments` that the store had, so that nobody was asked. */
  readonly reusedJudgments: number;
  /** Judgments of which a reply could not be read. */
  readonly unparsed: number;
  /** Judgments in which an answer speaks to its judge. */
  readonly withInjections: number;
  /** Judgments that are missing. A rerun with the same store asks for them alone. */
  readonly missing: {
    /** A call failed. */
    readonly failed: number;
    /** How often, by the error's code. */
    readonly causes: Readonly<Record<string, number>>;
    /** The first of them, at most 20. */
    readonly examples: readonly JudgeFailure[];
    /** The run stopped before they could be asked for. */
    readonly notAsked: number;
  };
  /**
   * `budget`: no call fits into the budget any more; `failures`: as many calls in a row failed as the configuration allows.
   * Absent where the source came to its end.
   */
  readonly stopped?: StopReason | undefined;
}

/** What {@link PairwiseJudge.compare} did. @public */
export interface JudgeReport extends RunTotals {
  /** What each judge did, by its id. */
  readonly judges: Readonly<Record<string, JudgeTotals>>;
  /** Where there are several judges. */
  readonly jury?: JuryReport | undefined;
}

/** What one judge did in {@link PairwiseJudge.grade}. @public */
export interface GradeTotals {
  /** Judgments that came of it, those of the store included. */
  readonly judgments: number;
  /** Mean of the scores that could be read; absent where there is none. */
  readonly meanScore?: number | undefined;
  /** Judgments of which no score could be read. */
  readonly unparsed: number;
  /** Calls and tokens it took in this run. */
  readonly calls: CallCounts;
}

/** What {@link PairwiseJudge.grade} did. @public */
export interface GradeReport extends RunTotals {
  /** What each judge did, by its id. */
  readonly judges: Readonly<Record<string, GradeTotals>>;
}
