import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../io/index.js';
import type { TrainingCheckpointError } from '../errors.js';
import { syncDirectory } from './durable.js';
import type { Manifest } from './manifest.js';
import { MANIFEST_FILE, readMarker } from './marker.js';
import { isRankFileName } from './rank-file.js';

/** A second checkpoint of a step, of a run that was set back, has a number behind it. */
const DIRECTORY_NAME = /^step-(\d{8,})(?:-(\d+))?$/;

export function checkpointName(step: number, taken: ReadonlySet<string>): string {
  const name = `step-${String(step).padStart(8, '0')}`;
  if (!taken.has(name)) return name;
  let again = 2;
  while (taken.has(`${name}-${again}`)) again += 1;
  return `${name}-${again}`;
}

/** A directory of a run that is called like a checkpoint. */
export type CheckpointEntry = { readonly name: string; readonly path: string } & (
  | { readonly status: 'committed'; readonly manifest: Manifest }
  | { readonly status: 'damaged' | 'unsupported'; readonly error: TrainingCheckpointError }
  /** What a save or a deletion that was killed leaves: no whole marker, and nothing but files of ranks. */
  | { readonly status: 'unfinished' }
  | { readonly status: 'foreign' }
);

/** @returns the newest first; what has no sequence number, first of all. Empty where there is no such directory. */
export async function listCheckpoints(directory: string): Promise<CheckpointEntry[]> {
  const found = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw fileError('file-unreadable', directory, error);
  });
  const entries: CheckpointEntry[] = [];
  for (const entry of found)
    if (entry.isDirectory() && DIRECTORY_NAME.test(entry.name)) entries.push(await inspect(directory, entry.name));
  return entries.sort((left, right) => sequenceOf(right) - sequenceOf(left) || (left.name < right.name ? 1 : -1));
}

function sequenceOf(entry: CheckpointEntry): number {
  return entry.status === 'committed' ? entry.manifest.sequence : Number.MAX_SAFE_INTEGER;
}

async function inspect(directory: string, name: string): Promise<CheckpointEntry> {
  const path = join(directory, name);
  const marker = await readMarker(path);
  if (marker.status === 'whole') return { name, path, status: 'committed', manifest: marker.manifest };
  if (marker.status === 'bad') {
    const { error } = marker;
    return { name, path, status: error.code === 'checkpoint-unsupported' ? 'unsupported' : 'damaged', error };
  }
  // A reader may come while the run deletes it.
  const names = await namesIn(path);
  const isOurs = (names ?? []).every((file) => file === MANIFEST_FILE || isRankFileName(file));
  return { name, path, status: isOurs ? 'unfinished' : 'foreign' };
}

async function namesIn(path: string): Promise<string[] | undefined> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/**
 * Deletes a checkpoint's own files, the marker first: from then on, however early a kill comes, it is no checkpoint any
 * more. A file that somebody else put there stays, and the directory with it.
 *
 * @throws VicunaError `file-unwritable`.
 */
export async function removeCheckpoint(path: string): Promise<void> {
  try {
    await rm(join(path, MANIFEST_FILE), { force: true });
    const names = await namesIn(path);
    if (names === undefined) return;
    await syncDirectory(path);
    for (const name of names) if (isRankFileName(name)) await rm(join(path, name), { force: true });
    await removeEmpty(path);
  } catch (error) {
    throw fileError('file-unwritable', path, error);
  }
}

/** Removes a directory unless something is in it. */
export async function removeEmpty(path: string): Promise<void> {
  await rmdir(path).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code ?? '')) throw error;
  });
}
