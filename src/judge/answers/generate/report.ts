import type { Usage } from '../../../conversation/index.js';
import type { TornLine } from '../../../io/index.js';

/** A question that a model gave no answer to. @public */
export interface AnswerFailure {
  /** The question that has no answer. */
  readonly questionId: string;
  /** Id of the model that gave none. */
  readonly model: string;
  /** Which turn was not answered, from 0; replies to those before it are kept in the store. */
  readonly turn: number;
  /** What the last call failed with, after whatever its client tried again. */
  readonly error: unknown;
}

/** A model that was asked no more. @public */
export interface StoppedModel {
  /** Id of the model. */
  readonly model: string;
  /** Its budget has no room for another call, or it failed too many questions in a row. */
  readonly reason: 'budget-exceeded' | 'failures';
  /** What the last call said. */
  readonly error: unknown;
  /** Questions that it was not asked, or not to their ends. Run again to ask them. */
  readonly unasked: number;
}

/** What became of the questions: every one is in `answers`, in `failures`, or `unasked` of a stopped model. @public */
export interface AnswersReport {
  /** Answers that were passed on, those of the store included. */
  readonly answers: number;
  /** Of `answers`, those that came out of the store whole. */
  readonly reused: number;
  /** Of `answers`, those that were cut off. */
  readonly unfinished: number;
  /** Calls that were answered in this run. */
  readonly calls: number;
  /** Tokens of those calls. */
  readonly usage: Usage;
  /** Questions that a model gave no answer to. Run again to ask them once more. */
  readonly failures: readonly AnswerFailure[];
  /** Models that were given up before the questions ended. */
  readonly stopped: readonly StoppedModel[];
  /** The store's last line was cut short by a crash. */
  readonly torn?: TornLine | undefined;
}
