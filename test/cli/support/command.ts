import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { run } from '../../../src/cli/run.js';

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Runs `vicuna` as the shell would, in this process. */
export async function vicuna(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const output = new PassThrough();
  const errors = new PassThrough();
  const [code, printed, complained] = await Promise.all([
    run(words, {
      input: Readable.from([options.input ?? '']),
      output,
      errors,
      signal: options.signal ?? new AbortController().signal,
    }).finally(() => {
      output.end();
      errors.end();
    }),
    text(output),
    text(errors),
  ]);
  return { code, output: printed, errors: complained };
}
