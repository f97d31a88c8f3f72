import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from './shared-data.js';

const run = promisify(execFile);

/** A Python with torch and transformers. */
export const python: string | undefined = process.env.VICUNA_PYTHON;
if (python === undefined)
  process.stderr.write('skipped: VICUNA_PYTHON does not name a Python with torch and transformers\n');

/**
 * Runs a script of `test/support/python`, which prints one JSON value.
 *
 * @param input - given to it as JSON in its argument.
 */
export async function runPython<Output>(script: string, input: unknown): Promise<Output> {
  const path = join(projectDirectory, 'test/support/python', script);
  const options = { env: { ...process.env, TRANSFORMERS_OFFLINE: '1', HF_HUB_OFFLINE: '1' }, maxBuffer: 2 ** 28 };
  const { stdout } = await run(python!, [path, JSON.stringify(input)], options);
  return JSON.parse(stdout) as Output;
}
