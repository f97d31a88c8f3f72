import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { VicunaError } from '../core/index.js';
import { fileError } from '../io/index.js';
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
 * @param fill - writes files into the directory it is given.
 * @throws VicunaError `file-unwritable` when the target holds something else, or the system refuses.
 */
export async function writeDirectoryAtomically(
  target: string,
  options: WriteDirectoryOptions,
  fill: (directory: string) => Promise<void>,
): Promise<void> {
  const path = resolve(target);
  await assertReplaceable(path, options);
  const staging = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.partial`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(staging);
    await fill(staging);
    await syncFiles(staging);
    await swap(staging, path, options.owns);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw unwritable(path, error);
  }
}

/** A rename may reach the disk before what the files hold. */
async function syncFiles(directory: string): Promise<void> {
  for (const name of await readdir(directory)) await sync(join(directory, name), 'r+');
  await syncDirectory(directory);
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

/** Makes renames inside a directory survive a power cut. */
async function syncDirectory(path: string): Promise<void> {
  // Windows cannot open a directory, and needs no such call.
  if (process.platform !== 'win32') await sync(path, 'r');
}

async function sync(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts an error of the file system into words; leaves every other as it is, an abort's reason too. */
function unwritable(path: string, error: unknown): unknown {
  return error instanceof Error && 'syscall' in error ? fileError('file-unwritable', path, error) : error;
}
