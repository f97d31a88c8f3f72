import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from './shared-data.js';

const run = promisify(execFile);

/** A Python with torch and transformers. */
export const python: string | undefined = process.env.VICUNA_PYTHON;
if (python === undefined)
  process.stderr.write('skipped: VICUNA_PYTHON does not name a Python with torch and transformers\n');

/** Whether that Python has a package; says so where it has not. */
export async function hasPythonPackage(name: string): Promise<boolean> {
  if (python === undefined) return false;
  const found = await run(python, ['-c', `import ${name}`]).then(
    () => true,
    () => false,
  );
  if (!found) process.stderr.write(`skipped: the Python of VICUNA_PYTHON has no ${name}\n`);
  return found;
}

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
