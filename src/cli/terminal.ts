import type { Readable, Writable } from 'node:stream';

/** Where a command reads and writes: the process's own streams, or those of a test. */
export interface Terminal {
  readonly input: Readable;
  /** Results, for people and pipes. */
  readonly output: Writable;
  /** Everything else: progress, warnings, errors. */
  readonly errors: Writable;
  /** Fires when the user interrupts. */
  readonly signal: AbortSignal;
}

export function printLine(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}
