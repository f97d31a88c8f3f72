import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Python that has Hugging Face transformers, where VICUNA_PYTHON names one. */
export const pythonWithTransformers = await find();

async function find(): Promise<string | undefined> {
  const python = process.env.VICUNA_PYTHON;
  if (python === undefined) {
    process.stderr.write('skipped: VICUNA_PYTHON names no Python with transformers\n');
    return undefined;
  }
  await run(python, ['-c', 'import transformers']);
  return python;
}

/** Runs Python code and reads the JSON it prints. */
export async function runPython(code: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await run(pythonWithTransformers!, ['-c', code, ...args], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout);
}
