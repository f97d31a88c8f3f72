import type { Terminal } from './terminal.js';

/** Writes events as lines of JSON, for whatever collects logs. */
export function eventLines(terminal: Terminal): (event: object) => void {
  return (event) => {
    terminal.output.write(`${JSON.stringify({ at: new Date().toISOString(), ...event }, plainErrors)}\n`);
  };
}

/** An error as JSON is empty by itself. */
function plainErrors(_: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
