import { VicunaError } from '../core/index.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EMFILE: 'this process has too many files open',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
};

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path; a relative one starts at the directory the process was started in.',
  EISDIR: 'Name the files in it.',
  EMFILE: 'Close some, or raise the limit (ulimit -n).',
  ENOSPC: 'Free some room and run again.',
};

/** What went wrong with a file, as a person would say it. Other errors pass unchanged. */
export function fileError(code: 'file-unreadable' | 'file-unwritable', path: string, cause: unknown): unknown {
  const errno = (cause as NodeJS.ErrnoException | null)?.code;
  if (errno === undefined || VicunaError.isInstance(cause)) return cause;
  const reason = reasons[errno] ?? (cause as Error).message;
  const missingParent = code === 'file-unwritable' && errno === 'ENOENT';
  const remedy = missingParent ? 'Create the directory first.' : (remedies[errno] ?? '');
  const verb = code === 'file-unreadable' ? 'read' : 'written';
  const problem = missingParent ? 'its directory does not exist' : reason;
  return new VicunaError(code, `${path} cannot be ${verb}: ${problem} (${errno}). ${remedy}`.trimEnd(), { cause });
}
