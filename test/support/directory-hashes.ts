import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile } from '../../src/io/index.js';

/** Hashes of all files of a directory, by their names. */
export async function directoryHashes(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await hashFile(join(directory, name))])),
  );
}
