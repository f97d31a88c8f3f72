import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VicunaError } from '../core/index.js';
import { syncDirectory, temporarySibling, unwritable } from './atomic-file.js';
import { listNames } from './errors.js';

export interface WriteDirectoryOptions {
  /** Replace what `owns` recognises even where `mayReplace` says no. */
  readonly overwrite: boolean;
  /** Files of a directory that stands in the way which the new content replaces; everything else there is kept. */
  readonly owns: (name: string) => boolean;
  /** Whether the directory that stands in the way was written by this package. */
  readonly mayReplace: (directory: string) => Promise<boolean>;
}

/**
 * Writes a directory that appears whole or not at all, in the place of an older one if need be. Nothing that is not
 * replaced is ever deleted: a kill between the two renames leaves the older directory beside the target, complete.
 *
 * @param fill - writes the content into the directory it is given.
 * @throws VicunaError `file-unwritable` when the target holds something else, or the system refuses.
 */
export async function writeDirectoryAtomically(
  target: string,
  options: WriteDirectoryOptions,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const path = resolve(target);
  await assertReplaceable(path, options);
  const staging = temporarySibling(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(staging);
    await fill(staging);
    await syncDirectory(staging);
    await swap(staging, path, options.owns);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw unwritable(path, error);
  }
}

async function assertReplaceable(path: string, { overwrite, mayReplace }: WriteDirectoryOptions): Promise<void> {
  const entries = await entriesOf(path);
  if (entries.length === 0 || overwrite || (await mayReplace(path))) return;
  throw new VicunaError(
    'file-unwritable',
    `${path} is not empty (${listNames(entries)}) and holds no model that was saved here. Choose another directory, or pass overwrite: true to replace the model files in it.`,
  );
}

async function swap(staging: string, path: string, owns: (name: string) => boolean): Promise<void> {
  const entries = await entriesOf(path);
  if (entries.length === 0) {
    // Windows does not rename onto a directory, not even an empty one.
    await rm(path, { recursive: true, force: true });
    return rename(staging, path);
  }
  const older = join(dirname(path), `${basename(path)}.older-${randomUUID().slice(0, 8)}`);
  await rename(path, older);
  try {
    await rename(staging, path);
  } catch (error) {
    await rename(older, path);
    throw error;
  }
  const written = new Set(await readdir(path));
  for (const entry of entries)
    if (!owns(entry) && !written.has(entry)) await rename(join(older, entry), join(path, entry));
  await rm(older, { recursive: true });
}

/** @returns nothing where there is no such directory. */
async function entriesOf(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unwritable(path, error);
  }
}
