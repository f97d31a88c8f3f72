import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'tsup';
import { projectDirectory } from '../../support/shared-data.js';
import type { Question, Role, Said } from './program.js';
import { until } from './until.js';

/** The program of `program.ts` as one file of JavaScript, which starts fast. */
export interface ServeProgram extends AsyncDisposable {
  /** @param namespace - network namespace to run in. */
  start(role: Role, namespace?: string): Promise<ServeProcess>;
}

export interface ServeProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** All that it said. */
  readonly said: readonly Said[];
  ask(question: Question): void;
  state(): Promise<Extract<Said, { type: 'state' }>>;
  /** Resolves when the system has taken it away; SIGSTOP and SIGCONT at once. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export async function buildServeProgram(): Promise<ServeProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'vicuna-serve-'));
  await build({
    entry: { program: join(projectDirectory, 'test/serve/support/program.ts') },
    outDir: folder,
    format: 'esm',
    target: 'node20',
    skipNodeModulesBundle: true,
    dts: false,
    sourcemap: false,
    config: false,
    silent: true,
  });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  await symlink(join(projectDirectory, 'node_modules'), join(folder, 'node_modules'));
  const running = new Set<ServeProcess>();
  return {
    async start(role, namespace) {
      const command = [process.execPath, join(folder, 'program.js'), JSON.stringify(role)];
      const [program, ...rest] = namespace === undefined ? command : ['ip', 'netns', 'exec', namespace, ...command];
      const started = await startProcess(program!, rest);
      running.add(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const started of running) await started[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startProcess(program: string, parameters: readonly string[]): Promise<ServeProcess> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const said: Said[] = [];
  child.on('message', (message: Said) => said.push(message));
  const exited = once(child, 'exit');
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  const started: ServeProcess = {
    child,
    said,
    ask: (question) => void child.send(question, () => undefined),
    async state() {
      const before = said.length;
      started.ask({ type: 'state' });
      const find = () => said.slice(before).find((message) => message.type === 'state');
      await until(() => find() !== undefined);
      return find() as Extract<Said, { type: 'state' }>;
    },
    async kill(signal) {
      if (hasExited()) return;
      child.kill(signal);
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await exited;
    },
    async [Symbol.asyncDispose]() {
      await started.kill('SIGKILL');
    },
  };
  await until(() => said.length > 0 || hasExited());
  if (hasExited()) throw new Error(`The program ended with code ${child.exitCode}.`);
  return started;
}
