import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VicunaError } from '../core/index.js';
import { systemReason } from './errors.js';

/**
 * Writes a file that appears whole, on the disk, or not at all: a kill at any instant leaves the old file or the new.
 *
 * @throws VicunaError `file-unwritable` when the system refuses.
 */
export async function writeFileAtomically(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = temporarySibling(path);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw unwritable(path, error);
  }
}

/** A name beside `path`, on the same file system, that nothing else uses. */
export function temporarySibling(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.partial`);
}

/** Makes renames inside a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory, and needs no such call.
  if (process.platform === 'win32') return;
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Turns an error of the file system into one for people; leaves every other error, an abort's reason too, as it is. */
export function unwritable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new VicunaError(
    'file-unwritable',
    `${path} cannot be written: ${systemReason(error)}. Choose another place or make room.`,
    {
      cause: error,
    },
  );
}
