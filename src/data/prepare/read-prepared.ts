import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CallOptions, DataError, type Run, startRun } from '../../core/index.js';
import { fileError, hashOf } from '../../io/index.js';
import type { SupervisedExample } from '../supervised/index.js';
import { readExamples } from './example-file.js';
import { manifestFile, type PreparedManifest, readManifest } from './manifest.js';

/**
 * Reads the examples of a directory that {@link prepareDataset} made, one shard in memory at a time and none before its
 * hash was checked: `trainer.trainExamples(readPrepared('prepared'))`.
 *
 * @returns a run whose result is the manifest.
 * @throws DataError where the directory holds no finished data set, or a shard is not what was written.
 * @throws VicunaError `file-unreadable`.
 * @public
 */
export function readPrepared(directory: string, options: CallOptions = {}): Run<SupervisedExample, PreparedManifest> {
  return startRun<SupervisedExample, PreparedManifest>(async function* (signal) {
    const manifest = await readManifest(directory);
    if (manifest === undefined)
      throw new DataError(
        { file: join(directory, manifestFile) },
        'there is no such file, so this is no finished data set. Run prepareDataset on it; it goes on where it stopped.',
      );
    const total = manifest.shards.reduce((sum, { examples }) => sum + examples, 0);
    let done = 0;
    for (const { files } of manifest.shards) {
      signal.throwIfAborted();
      const path = join(directory, files.examples.file);
      for (const example of readExamples(await readWhole(path, files.examples.sha256), path)) {
        yield example;
        options.onProgress?.({ phase: 'read', done: ++done, total });
      }
    }
    return manifest;
  }, options);
}

async function readWhole(path: string, sha256: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError('file-unreadable', path, error);
  }
  const found = hashOf(bytes);
  if (found === sha256) return bytes;
  throw new DataError(
    { file: path },
    `its SHA-256 is ${found}, not ${sha256} as the manifest has it. Copy it again, or delete the directory and prepare the data again.`,
  );
}
