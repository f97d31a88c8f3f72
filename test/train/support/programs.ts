import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'tsup';
import type { TrainEvent } from '../../../src/train/index.js';
import { launcherOptions, processesWith } from '../../collectives/support/mpirun.js';
import { numericsDirectory, projectDirectory } from '../../support/shared-data.js';
import { trajectoryCase, trajectoryExamples } from '../trajectory.js';
import type { ProgramJob, StoredExample } from './program.js';

/** Milliseconds in which every process of a job has to end when one has. */
const GRACE = 10_000;

/** What a program says: events of training, and of itself. */
export type ProgramEvent =
  | TrainEvent
  | { readonly type: 'process-start'; readonly process: number }
  | { readonly type: 'example-read'; readonly id: string }
  | { readonly type: 'program-aborted'; readonly reason: string }
  | { readonly type: 'process-end' };

/** A folder laid out like the package, with a program that trains in it: one file of JavaScript starts fast. */
export interface Program {
  readonly folder: string;
  readonly file: string;
  /** Of every job, but for what the trainer is told. */
  readonly base: Pick<ProgramJob, 'model' | 'examples'>;
}

export async function buildProgram(folder: string): Promise<Program> {
  const sources = join(projectDirectory, 'test/train/support');
  await build({
    entry: { program: join(sources, 'program.ts'), 'rank-worker': join(sources, 'rank-worker.ts') },
    outDir: join(folder, 'dist'),
    format: 'esm',
    target: 'node20',
    skipNodeModulesBundle: true,
    dts: false,
    sourcemap: false,
    config: false,
    silent: true,
  });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const name of ['prebuilds', 'node_modules']) await symlink(join(projectDirectory, name), join(folder, name));
  const examples = join(folder, 'examples.json');
  const stored = trajectoryExamples(trajectoryCase('accum2_wd0')).map(
    (example): StoredExample => ({ ...example, tokens: [...example.tokens], labels: [...example.labels] }),
  );
  await writeFile(examples, JSON.stringify(stored));
  const model = join(numericsDirectory, 'tiny-llama-mha', 'model');
  await mkdir(join(folder, 'runs'));
  return { folder, file: join(folder, 'dist', 'program.js'), base: { model, examples } };
}

export interface Launch {
  /** Processes of an MPI job. @defaultValue a process without a launcher */
  readonly processes?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a program that has ended said, and how it ended. */
export interface Ended {
  readonly events: readonly ProgramEvent[];
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
  /** From the first kill, or the start, to the end. */
  readonly seconds: number;
  /** Command lines of processes that are still there. */
  readonly left: readonly string[];
}

/** A program that runs. */
export class Running {
  readonly events: ProgramEvent[] = [];
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #mark: string;
  #listeners: (() => void)[] = [];
  #from = performance.now();
  /** What was said and not read to the end of a line yet, by who said it. */
  readonly #said = new Map<string, { read: number; rest: string }>();
  readonly #folder: string | undefined;
  readonly #watch: NodeJS.Timeout | undefined;
  #errors = '';
  #isOver = false;

  constructor({ folder, file, base }: Program, job: Omit<ProgramJob, 'model' | 'examples'>, launch: Launch = {}) {
    this.#mark = `mark-${Math.random()}`;
    const { processes, environment } = launch;
    // A launcher passes on pieces of what its processes say, and those of several get mixed within a line.
    if (processes !== undefined) {
      this.#folder = mkdtempSync(join(folder, 'said-'));
      this.#watch = setInterval(() => this.#readFiles(), 5);
    }
    const all: ProgramJob = { ...base, ...job, mpi: processes !== undefined, said: this.#folder };
    const command = [process.execPath, file, JSON.stringify(all), this.#mark];
    const launcher = processes === undefined ? [] : ['mpirun.openmpi', ...launcherOptions, '-n', String(processes)];
    const [name, ...parameters] = [...launcher, ...command];
    this.#child = spawn(name!, parameters, { env: { ...process.env, ...environment } });
    this.#child.stdout!.on('data', (text) => this.#read('output', text));
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text;
    });
    this.ended = this.#end();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits until something was said, or it has ended. */
  async until(isSaid: (event: ProgramEvent) => boolean): Promise<void> {
    while (!this.#isOver && !this.events.some(isSaid))
      await new Promise<void>((resolve) => {
        this.#listeners.push(resolve);
      });
  }

  /** @param whom - the process that was started, or one of its ranks by number of its start. */
  kill(signal: NodeJS.Signals, whom: 'launched' | number = 'launched'): void {
    this.#from = performance.now();
    if (whom === 'launched') this.#child.kill(signal);
    else {
      const started = this.events.filter((event) => event.type === 'process-start');
      const chosen = started[whom];
      if (chosen === undefined || this.#isOver) return;
      process.kill(chosen.process, signal);
    }
  }

  /** A machine that vanishes: every process at once. */
  killAll(): void {
    this.kill('SIGKILL');
    for (const { id } of processesWith(this.#mark)) killQuietly(id);
  }

  #readFiles(): void {
    for (const name of readdirSync(this.#folder!)) {
      const text = readFileSync(join(this.#folder!, name));
      this.#read(name, text.subarray(this.#said.get(name)?.read ?? 0));
    }
  }

  #read(from: string, text: Buffer): void {
    if (text.length === 0) return;
    const { read, rest } = this.#said.get(from) ?? { read: 0, rest: '' };
    const lines = (rest + text).split('\n');
    this.#said.set(from, { read: read + text.length, rest: lines.pop()! });
    for (const line of lines) this.events.push(JSON.parse(line) as ProgramEvent);
    this.#wake();
  }

  #wake(): void {
    for (const listener of this.#listeners.splice(0)) listener();
  }

  async #end(): Promise<Ended> {
    const [exitCode, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    if (this.#folder !== undefined) this.#readFiles();
    this.#isOver = true;
    this.#wake();
    // Where the launcher itself was killed, its processes find out by themselves.
    for (const deadline = performance.now() + GRACE; processesWith(this.#mark).length > 0; await wait(20))
      if (performance.now() > deadline) break;
    clearInterval(this.#watch);
    if (this.#folder !== undefined) this.#readFiles();
    const left = processesWith(this.#mark).map(({ commandLine }) => commandLine);
    const seconds = (performance.now() - this.#from) / 1000;
    return { events: this.events, exitCode, signal, errors: this.#errors, seconds, left };
  }
}

function killQuietly(id: number): void {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // It has ended since it was seen.
  }
}
