import { open } from 'node:fs/promises';
import { fileError } from '../../io/index.js';
import { CheckpointError } from '../errors.js';

/** No configuration or index of a real model comes near it. */
const MAXIMUM_BYTES = 64 * 2 ** 20;

/**
 * Reads a JSON object of a model directory.
 *
 * @returns `undefined` where the file is missing.
 * @throws CheckpointError when it is no JSON object.
 */
export async function readJsonObject(file: string): Promise<Record<string, unknown> | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const problem = `it is not valid JSON (${(cause as Error).message}). Correct it or fetch it again.`;
    throw new CheckpointError({ file }, problem, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CheckpointError({ file }, 'it holds no JSON object. Correct it or fetch it again.');
  return value as Record<string, unknown>;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size > MAXIMUM_BYTES)
      throw new CheckpointError(
        { file },
        `it has ${size} bytes, more than any file of this name needs. Check what it is.`,
      );
    return await handle.readFile('utf8');
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError('file-unreadable', file, cause);
  }
}
