import { CommanderError } from 'commander';
import { VicunaError } from '../core/index.js';
import { createProgram } from './program.js';
import { printLine, type Terminal } from './terminal.js';

/** What a shell calls a command that was interrupted: 128 and the number of SIGINT. */
const INTERRUPTED = 130;
const WRONG_USE = 2;

/**
 * Runs one command.
 *
 * @param words - what follows the name of the program.
 * @returns the exit code: 0, 1 where it failed, 2 where it was called wrongly, 130 where it was interrupted.
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
    if (terminal.signal.aborted) {
      printLine(terminal.errors, 'Interrupted. What was finished is kept; the same command goes on from there.');
      return INTERRUPTED;
    }
    printLine(terminal.errors, describe(error));
    return 1;
  }
}

/** Errors of this package are for people; of any other the stack is what helps. */
function describe(error: unknown): string {
  if (VicunaError.isInstance(error)) return `Error (${error.code}): ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
