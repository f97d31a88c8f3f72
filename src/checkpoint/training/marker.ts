import { open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError, hashOf } from '../../io/index.js';
import { TrainingCheckpointError } from '../errors.js';
import { syncDirectory, syncHandle, writeFully } from './durable.js';
import type { Manifest } from './manifest.js';
import { parseManifest } from './parse-manifest.js';

/** The commit marker: a checkpoint exists when this file is whole. */
export const MANIFEST_FILE = 'manifest.json';

/** A manifest of thousands of ranks stays far below. */
const MAXIMUM_BYTES = 2 ** 28;

/**
 * The seal ends the one line of JSON: the SHA-256 of everything before it. A torn manifest has no line break at its end,
 * a damaged one another hash. All format versions are sealed alike: an older reader must not take a newer one for torn.
 */
const sealOf = (body: string) => `,"sha256":"${hashOf(body)}"}\n`;
const SEAL_LENGTH = sealOf('').length;

export function sealManifest(manifest: Manifest): string {
  const body = JSON.stringify(manifest).slice(0, -1);
  return body + sealOf(body);
}

/**
 * Commits a checkpoint: one file, written in one go. It needs no rename, which not every bucket mount has.
 *
 * @throws VicunaError `file-unwritable`; nothing of the file is left then.
 */
export async function writeMarker(directory: string, manifest: Manifest): Promise<void> {
  const path = join(directory, MANIFEST_FILE);
  try {
    const handle = await open(path, 'wx');
    try {
      await writeFully(handle, Buffer.from(sealManifest(manifest)));
      await syncHandle(handle);
      await handle.close();
      await syncDirectory(directory);
      // The names of a new directory and of what is in it are two entries.
      await syncDirectory(dirname(directory));
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileError('file-unwritable', path, error);
  }
}

/** What a checkpoint's marker says: `missing` and `torn` are what a killed save leaves. */
export type Marker =
  | { readonly status: 'missing' | 'torn' }
  | { readonly status: 'whole'; readonly manifest: Manifest }
  | { readonly status: 'bad'; readonly error: TrainingCheckpointError };

/** @throws VicunaError `file-unreadable` when the system refuses. */
export async function readMarker(directory: string): Promise<Marker> {
  const file = join(directory, MANIFEST_FILE);
  try {
    const text = await readText(file);
    if (text === undefined) return { status: 'missing' };
    if (!text.endsWith('\n')) return { status: 'torn' };
    return { status: 'whole', manifest: parseManifest(unseal(text, file), file) };
  } catch (error) {
    if (error instanceof TrainingCheckpointError) return { status: 'bad', error };
    throw error;
  }
}

function unseal(text: string, file: string): unknown {
  const body = text.slice(0, -SEAL_LENGTH);
  const damaged = () =>
    new TrainingCheckpointError(
      'checkpoint-unreadable',
      file,
      'its checksum does not fit what it says: it is damaged or was changed after it was written.',
    );
  if (text.slice(-SEAL_LENGTH) !== sealOf(body)) throw damaged();
  try {
    return JSON.parse(`${body}}`);
  } catch {
    throw damaged();
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const information = await stat(file);
    // Opening a pipe would wait for whoever writes into it.
    if (!information.isFile() || information.size > MAXIMUM_BYTES)
      throw new TrainingCheckpointError('checkpoint-unreadable', file, 'it is no file of a manifest.');
    await using handle = await open(file);
    return await handle.readFile('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError('file-unreadable', file, error);
  }
}
