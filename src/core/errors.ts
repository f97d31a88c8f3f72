/**
 * Stable, documented codes of every error this package throws. Switch on `code`, never on the message.
 *
 * @public
 */
export type VicunaErrorCode =
  | 'config-invalid'
  | 'data-malformed'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'tokenizer-unreadable'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'template-unsupported'
  | 'checkpoint-unreadable'
  | 'checkpoint-unsupported'
  | 'engine-unavailable'
  | 'engine-failed'
  | 'weights-unsupported'
  | 'weights-lost'
  | 'model-in-training'
  | 'context-overflow'
  | 'training-diverged'
  | 'training-interrupted'
  | 'collectives-unavailable'
  | 'collective-mismatch'
  | 'rank-failed'
  | 'endpoint-failed'
  | 'budget-exceeded'
  | 'option-unsupported'
  | 'schema-unsupported'
  | 'request-invalid'
  | 'unauthorized'
  | 'model-not-found'
  | 'overloaded'
  | 'deadline-exceeded'
  | 'worker-lost'
  | 'bus-unavailable'
  | 'moderation-refused'
  | 'moderation-failed'
  | 'disposed';

const brand = Symbol.for('vicuna-sdk.error');

/**
 * The parent of every error thrown by this package. Its message names the thing that is wrong (a field, a file and
 * line, an id) and the next action.
 *
 * @public
 */
export class VicunaError extends Error {
  /** What went wrong, for programs: stable between versions, unlike the message. */
  readonly code: VicunaErrorCode;

  /**
   * For errors of your own that are to be told from ours by their code.
   *
   * @param message - what is wrong and what to do about it, as sentences.
   */
  constructor(code: VicunaErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Recognises the errors of any copy of this package in the process, where `instanceof` knows only its own. */
  static isInstance(error: unknown): error is VicunaError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** One thing that is wrong in a configuration. @public */
export interface ConfigIssue {
  /** Dotted path of the field, for example `languages.keep.0`; empty for the configuration itself. */
  readonly path: string;
  /** What is wrong with the field and what it may be. */
  readonly message: string;
}

/** A configuration that cannot be used, with every field at fault. Code `config-invalid`. @public */
export class ConfigError extends VicunaError {
  /** One for every field at fault, at least one. */
  readonly issues: readonly ConfigIssue[];

  /**
   * Lists everything that is wrong at once.
   *
   * @param subject - what the configuration is for: `ShareGPTCleaner config`.
   */
  constructor(subject: string, issues: readonly ConfigIssue[]) {
    const lines = issues.map((issue) => `  ${issue.path || '(itself)'}: ${issue.message}`);
    super('config-invalid', `${subject} cannot be used:\n${lines.join('\n')}`);
    this.issues = issues;
  }
}

/** Where in a file something was found. Lines and columns count from 1, offsets are bytes from 0. @public */
export interface DataLocation {
  /** Path of the file, or a name in brackets for what is no file. */
  readonly file: string;
  /** Line in which the record begins. Counts from 1. */
  readonly line?: number;
  /** Byte at which the record begins. */
  readonly offset?: number;
  /** Id of the record, where it has one. */
  readonly id?: string;
}

/** A data file or record that does not have the form it should have. Code `data-malformed`. @public */
export class DataError extends VicunaError {
  /** Where the record stands. */
  readonly location: DataLocation;

  /**
   * Puts the location in front of the problem.
   *
   * @param problem - what is wrong and what to do about it, behind the location.
   */
  constructor(location: DataLocation, problem: string, options?: { readonly cause?: unknown }) {
    super('data-malformed', `${describeLocation(location)}: ${problem}`, options);
    this.location = location;
  }
}

function describeLocation({ file, line, offset, id }: DataLocation): string {
  const place = line !== undefined ? `${file}:${line}` : file;
  const details = [offset !== undefined ? `byte ${offset}` : '', id !== undefined ? `id ${JSON.stringify(id)}` : ''];
  const shown = details.filter((detail) => detail !== '').join(', ');
  return shown === '' ? place : `${place} (${shown})`;
}
