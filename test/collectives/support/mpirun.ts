import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Launcher = 'mpirun.openmpi' | 'mpirun.mpich';

/** Options for a machine with fewer cores than processes, where everything runs as root. */
const OPTIONS: Readonly<Record<Launcher, readonly string[]>> = {
  'mpirun.openmpi': ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'],
  'mpirun.mpich': [],
};

export const launcherOptions = OPTIONS['mpirun.openmpi'];

/** Whether a launcher is there. On a CI machine it has to be. */
export function hasLauncher(launcher: Launcher): boolean {
  if (spawnSync(launcher, ['--version']).status === 0) return true;
  const message = `${launcher} is not installed (apt install ${launcher === 'mpirun.mpich' ? 'mpich' : 'openmpi-bin'})`;
  if (process.env.CI !== undefined && launcher === 'mpirun.openmpi') throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

export interface Job {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
  /** Command lines of the job's processes that are still there after the launcher ended. */
  readonly left: readonly string[];
}

export interface JobOptions {
  readonly launcher?: Launcher;
  readonly processes: number;
  readonly options?: readonly string[];
  readonly arguments?: readonly string[];
  /** Seconds after which the job counts as hung. */
  readonly seconds?: number;
}

/** Runs a TypeScript program of this folder as an MPI job. */
export async function runJob(program: string, options: JobOptions): Promise<Job> {
  const { launcher = 'mpirun.openmpi', processes, seconds = 50 } = options;
  const mark = randomUUID();
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = ['node', '--import', 'tsx', file, ...(options.arguments ?? []), mark];
  const child = spawn(
    launcher,
    [...OPTIONS[launcher], ...(options.options ?? []), '-n', String(processes), ...command],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const deadline = setTimeout(() => {
    errors += `\nhung for ${seconds} s\n`;
    child.kill('SIGKILL');
    for (const { id } of processesWith(mark)) process.kill(id, 'SIGKILL');
  }, seconds * 1000);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(deadline);
  return { exitCode, output, errors, left: processesWith(mark).map(({ commandLine }) => commandLine) };
}

/** Processes with a word in their command line. */
export function processesWith(mark: string): { id: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ id: Number(name), commandLine: commandLineOf(name) }))
    .filter(({ commandLine }) => commandLine.includes(mark));
}

function commandLineOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
