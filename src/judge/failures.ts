import { VicunaError } from '../core/index.js';

/** A judgment that is missing since a call failed, after whatever its client tried again. A rerun asks anew. @public */
export interface JudgeFailure {
  /** Id of the judge that was called. */
  readonly judge: string;
  /** The question whose answers were to be judged. */
  readonly questionId: string;
  /** Ids of the models whose answers were to be judged. */
  readonly models: readonly string[];
  /** The error's `code`, or its name where it is none of ours. */
  readonly cause: string;
  /** Of the error, for a person. */
  readonly message: string;
  /** The error itself. */
  readonly error: unknown;
}

/** No call fits into the budget any more. */
export const isBudgetError = (error: unknown): boolean =>
  VicunaError.isInstance(error) && error.code === 'budget-exceeded';

const hopelessCodes: ReadonlySet<string> = new Set([
  'config-invalid',
  'option-unsupported',
  'schema-unsupported',
  'unauthorized',
  'model-not-found',
  'disposed',
]);
const hopelessStatus: ReadonlySet<unknown> = new Set([401, 403, 404]);

/** Whether every other call would fail in the same way: going on would only burn through the source. */
export function isHopeless(error: unknown): boolean {
  if (!VicunaError.isInstance(error)) return false;
  return hopelessCodes.has(error.code) || ('status' in error && hopelessStatus.has(error.status));
}

export function failureOf(error: unknown, of: Pick<JudgeFailure, 'judge' | 'questionId' | 'models'>): JudgeFailure {
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : 'Error';
  return { ...of, cause: VicunaError.isInstance(error) ? error.code : name, message, error };
}

/** A call failed, and others may not. */
export class JudgeCallError extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super('A call to a judge failed.', { cause: error });
    this.error = error;
  }
}
