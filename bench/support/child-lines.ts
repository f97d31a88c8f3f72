import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program. @returns what it prints as JSON, a line each; other lines are left out */
// biome-ignore lint/suspicious/noExplicitAny: what another program prints
export async function linesOf(command: string, parameters: readonly string[]): Promise<any[]> {
  const { stdout } = await promisify(execFile)(command, parameters, { maxBuffer: 2 ** 26 });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`${command} printed no figures:\n${stdout}`);
  return lines.map((line) => JSON.parse(line));
}
