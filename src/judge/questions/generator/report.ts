import type { Usage } from '../../../conversation/index.js';
import type { NearestQuestion } from '../near-duplicates.js';

/** A question that was made and refused. @public */
export interface RejectedQuestion {
  readonly text: string;
  /** It is much like a question that is known or was made. */
  readonly reason: 'near-duplicate';
  readonly resembles: NearestQuestion;
}

/** A call that brought no questions. @public */
export type FailedCall =
  | { readonly reason: 'unreadable'; readonly text: string }
  | { readonly reason: 'call-failed'; readonly error: unknown };

/** @public */
export interface GenerationReport {
  readonly questions: number;
  readonly calls: number;
  /** Tokens of the calls that were answered. */
  readonly usage: Usage;
  readonly rejected: readonly RejectedQuestion[];
  readonly failed: readonly FailedCall[];
  /** `complete`: as many as were asked for; `calls-spent`: too much was refused; `budget-exceeded`: no call is left. */
  readonly outcome: 'complete' | 'calls-spent' | 'budget-exceeded';
}
