import type { Usage } from '../../../conversation/index.js';
import type { NearestQuestion } from '../near-duplicates.js';

/** A question that was made and refused. @public */
export interface RejectedQuestion {
  /** The question as it was made. */
  readonly text: string;
  /** It is much like a question that is known or was made. */
  readonly reason: 'near-duplicate';
  /** The question it is most like. */
  readonly resembles: NearestQuestion;
}

/** A call that brought no questions. @public */
export type FailedCall =
  | { readonly reason: 'unreadable'; readonly text: string }
  | { readonly reason: 'call-failed'; readonly error: unknown };

/** What making questions came to. @public */
export interface GenerationReport {
  /** Questions that were passed on. */
  readonly questions: number;
  /** Calls of the model, failed ones included. */
  readonly calls: number;
  /** Tokens of the calls that were answered. */
  readonly usage: Usage;
  /** Questions that were made and refused. */
  readonly rejected: readonly RejectedQuestion[];
  /** Calls that brought no questions. */
  readonly failed: readonly FailedCall[];
  /** `complete`: as many as were asked for; `calls-spent`: too much was refused; `budget-exceeded`: no call is left. */
  readonly outcome: 'complete' | 'calls-spent' | 'budget-exceeded';
}
