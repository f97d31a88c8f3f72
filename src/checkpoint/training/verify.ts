import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, hashFile } from '../../io/index.js';
import { TrainingCheckpointError } from '../errors.js';
import type { Manifest } from './manifest.js';

type ListedFile = Manifest['files'][number];

/** @throws TrainingCheckpointError when a file is missing or not of the length the manifest says. */
export async function verifyLength(directory: string, { name, bytes }: ListedFile): Promise<void> {
  const path = join(directory, name);
  const fail = (problem: string) => new TrainingCheckpointError('checkpoint-unreadable', path, problem);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw fail('the manifest lists it, but it is not there.');
    throw fileError('file-unreadable', path, error);
  });
  if (!found.isFile()) throw fail('it is no file.');
  if (found.size !== bytes)
    throw fail(`it has ${found.size} bytes instead of ${bytes}: it was cut short or written to after it was saved.`);
}

/** @throws TrainingCheckpointError unless a file is byte for byte what was written. */
export async function verifyFile(directory: string, file: ListedFile, signal?: AbortSignal): Promise<void> {
  await verifyLength(directory, file);
  const path = join(directory, file.name);
  if ((await hashFile(path, signal)) === file.sha256) return;
  throw new TrainingCheckpointError(
    'checkpoint-unreadable',
    path,
    'its SHA-256 is not the one in the manifest: its content changed after it was saved.',
  );
}
