import { VicunaError } from '../core/index.js';

/** Where in a checkpoint something is wrong. @public */
export interface CheckpointLocation {
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
  readonly file: string;
  readonly tensor: string | undefined;

  /** @param problem - what is wrong and what to do about it, as sentences. */
  constructor(location: CheckpointLocation, problem: string, options?: { readonly cause?: unknown }) {
    const tensor = location.tensor === undefined ? '' : `, tensor ${JSON.stringify(abbreviate(location.tensor))}`;
    super('model-unreadable', `${location.file}${tensor}: ${problem}`, options);
    this.file = location.file;
    this.tensor = location.tensor;
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

/** What the operating system said, in a few words. @internal */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reasons: Record<string, string> = {
    ENOENT: 'it does not exist',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a directory',
    ENOTDIR: 'a part of its path is not a directory',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
  };
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message;
}
