import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { run } from '../../../src/cli/run.js';

/** A command that goes on until it is told to end. */
export interface RunningCommand {
  /** Waits for a line on its standard error. @returns the match. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Interrupts it. @returns its exit code. */
  end(): Promise<number>;
  /** Lines of JSON on its standard output. */
  events(): { type: string }[];
}

export function startVicuna(words: readonly string[]): RunningCommand {
  const output = new PassThrough();
  const errors = new PassThrough();
  const interrupt = new AbortController();
  let printed = '';
  let complained = '';
  output.on('data', (chunk) => {
    printed += chunk;
  });
  errors.on('data', (chunk) => {
    complained += chunk;
  });
  let code: number | undefined;
  const ended = run(words, { input: Readable.from([]), output, errors, signal: interrupt.signal }).then((number) => {
    code = number;
    return number;
  });
  const end = async () => {
    interrupt.abort(new DOMException('Interrupted.', 'AbortError'));
    return ended;
  };
  onTestFinished(async () => {
    await end();
  });
  return {
    end,
    events: () =>
      printed
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(complained);
        if (match !== null) return match;
        if (code !== undefined) throw new Error(`It ended with ${code}: ${complained}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
