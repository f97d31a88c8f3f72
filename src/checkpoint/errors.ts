import { VicunaError } from '../core/index.js';

/** Where in a checkpoint something is wrong. @public */
export interface CheckpointLocation {
  /** Path of the file or directory at fault. */
  readonly file: string;
  /** Name of the tensor, where one is at fault. */
  readonly tensor?: string | undefined;
}

/**
 * A model file or directory that is damaged, incomplete or not what it claims to be. Code `model-unreadable`.
 *
 * @public
 */
export class CheckpointError extends VicunaError {
  /** Path of the file or directory at fault. */
  readonly file: string;
  /** Name of the tensor at fault; `undefined` where it is the file as a whole. */
  readonly tensor: string | undefined;

  /**
   * Puts file and tensor in front of the problem.
   *
   * @param problem - what is wrong and what to do about it, as sentences.
   */
  constructor(location: CheckpointLocation, problem: string, options?: { readonly cause?: unknown }) {
    const tensor = location.tensor === undefined ? '' : `, tensor ${JSON.stringify(abbreviate(location.tensor))}`;
    super('model-unreadable', `${location.file}${tensor}: ${problem}`, options);
    this.file = location.file;
    this.tensor = location.tensor;
  }
}

/**
 * A training checkpoint that cannot be used: damaged (code `checkpoint-unreadable`), or of a kind this version does not
 * read (`checkpoint-unsupported`).
 *
 * @public
 */
export class TrainingCheckpointError extends VicunaError {
  /** The file at fault. */
  readonly file: string;

  /**
   * Puts the file in front of the problem.
   *
   * @param problem - what is wrong and what to do about it, as sentences.
   */
  constructor(
    code: 'checkpoint-unreadable' | 'checkpoint-unsupported',
    file: string,
    problem: string,
    options?: { readonly cause?: unknown },
  ) {
    super(code, `${file}: ${problem}`, options);
    this.file = file;
  }
}

/** A damaged header can hold a name of megabytes. */
function abbreviate(name: string): string {
  return name.length <= 200 ? name : `${name.slice(0, 200)}…`;
}

/** Names for a message: the first ten, and how many more. @internal */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).map(abbreviate).join(', ');
  return names.length <= 10 ? shown : `${shown} and ${names.length - 10} more`;
}

/** Shows a value of an untrusted file in a message: never deep, never long. @internal */
export function quoteValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(quoteScalar).join(',')}${value.length > 8 ? ',…' : ''}]`;
  return quoteScalar(value);
}

function quoteScalar(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
