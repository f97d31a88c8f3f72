import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StepEndEvent, TrainerConfig } from '../../../src/train/index.js';
import { type Ended, type Launch, type Program, type ProgramEvent, Running } from './programs.js';

/** When and whom a kill hits. */
export type KillKind =
  | 'launcher alone'
  | 'process, any instant'
  | 'process, while it saves'
  | 'one rank'
  | 'one rank, while it saves';

/** How a training is divided. */
export interface World extends Launch {
  readonly name: string;
  readonly trainer?: Partial<TrainerConfig>;
}

export const worlds = {
  alone: { name: '1 rank' },
  two: { name: '2 threads', trainer: { ranks: 2 } },
  four: { name: '4 threads', trainer: { ranks: 4 } },
  mpi: { name: '2 MPI processes', processes: 2 },
} as const satisfies Record<string, World>;

/** Everything that has to be the same, bit for bit, however often a training was killed. */
export interface Outcome {
  readonly weights: string;
  /** Loss and gradient norm by step. */
  readonly steps: ReadonlyMap<number, string>;
}

export interface ChainResult extends Outcome {
  readonly kills: number;
  /** Checkpoints that kills left half written. */
  readonly unfinished: number;
  /** Resumes after which a step was taken again. */
  readonly stepsAgain: number;
  /** Longest time from a kill to the end of all processes. */
  readonly slowestEnd: number;
}

const SETTINGS = {
  maxTokens: 64,
  microBatchTokens: 80,
  batchConversations: 8,
  learningRate: 1e-3,
  recompute: false,
  checkpoints: { everySteps: 1, keep: 3 },
} satisfies Partial<TrainerConfig>;

export function jobOf(program: Program, name: string, world: World, change: Partial<TrainerConfig> = {}) {
  const outputDirectory = join(program.folder, 'runs', name);
  // Steps of a tiny model take milliseconds: on a busy machine all would be over before who wants to kill has his turn, and
  // what the processes of an MPI job report takes longer to be seen.
  const stepPause = world.processes === undefined ? 25 : 75;
  return { stepPause, trainer: { ...SETTINGS, maxSteps: 40, ...world.trainer, ...change, outputDirectory } };
}

/** Trains without any interruption. */
export async function unbroken(program: Program, world: World, change: Partial<TrainerConfig> = {}): Promise<Outcome> {
  const name = `unbroken ${world.name} ${JSON.stringify(change)}`.replaceAll('/', '');
  const job = jobOf(program, name, world, { ...change, checkpoints: false });
  const ended = await new Running(program, job, world).ended;
  assertFinished(ended);
  const steps = new Map<number, string>();
  collectSteps(ended.events, steps);
  return { weights: await weightsAt(job.trainer.outputDirectory), steps };
}

/** Trains, killed again and again, until it is done. @param name - of its own output directory */
export async function trainThroughKills(
  program: Program,
  name: string,
  world: World,
  kinds: readonly KillKind[],
): Promise<ChainResult> {
  const job = jobOf(program, name, world);
  const directory = `${job.trainer.outputDirectory}-checkpoints`;
  const steps = new Map<number, string>();
  let [kills, unfinished, stepsAgain, slowestEnd] = [0, 0, 0, 0];
  for (let attempt = 0; ; attempt++) {
    const running = new Running(program, job, world);
    const kind = kinds[attempt];
    if (kind !== undefined) await strike(running, kind, directory);
    const ended = await running.ended;
    if (ended.left.length > 0) throw new Error(`Processes are left: ${ended.left.join('\n')}`);
    const taken = collectSteps(ended.events, steps);
    stepsAgain += taken.again > 0 ? 1 : 0;
    unfinished += ended.events.filter(
      (event) => event.type === 'checkpoint-remove' && event.reason === 'unfinished',
    ).length;
    if (ended.exitCode === 0) {
      assertFinished(ended);
      return {
        weights: await weightsAt(job.trainer.outputDirectory),
        steps,
        kills,
        unfinished,
        stepsAgain,
        slowestEnd,
      };
    }
    if (kind === undefined) throw new Error(`Not killed, but it ended with ${ended.exitCode}: ${ended.errors}`);
    kills += 1;
    slowestEnd = Math.max(slowestEnd, ended.seconds);
  }
}

/** Kills a program at some instant, unless it has ended by then. */
async function strike(running: Running, kind: KillKind, directory: string): Promise<void> {
  if (kind.endsWith('while it saves')) {
    // Somewhere among the next few saves.
    await running.until(({ type }) => type === 'train-start');
    for (let saves = Math.floor(Math.random() * 6); saves >= 0; saves--) await beginningOfSave(running, directory);
  } else {
    // One in four comes before training has begun, the others within a few steps, however fast the machine is.
    const isEarly = Math.random() < 0.25;
    if (!isEarly) await stepsTaken(running, Math.floor(Math.random() * 6));
    else if (kind === 'one rank') await running.until(({ type }) => type === 'process-start');
    await wait(Math.random() * (isEarly ? 300 : 30));
  }
  if (running.isOver) return;
  if (kind === 'launcher alone') running.kill('SIGKILL');
  else if (kind.startsWith('one rank')) running.kill('SIGKILL', Math.floor(Math.random() * 2));
  else running.killAll();
}

async function stepsTaken(running: Running, count: number): Promise<void> {
  await running.until(({ type }) => type === 'train-start');
  await running.until(() => running.events.filter(({ type }) => type === 'step-end').length >= count);
}

/** Waits for a directory that has no manifest yet, which was not there a moment ago. */
export async function beginningOfSave(running: Running, directory: string): Promise<void> {
  const before = new Set(unfinishedIn(directory));
  while (!running.isOver && unfinishedIn(directory).every((name) => before.has(name))) await wait(0);
}

function unfinishedIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter(
      (name) => name.startsWith('step-') && !readdirSync(join(directory, name)).includes('manifest.json'),
    );
  } catch {
    // It is not made yet, or a directory in it was removed between two calls.
    return [];
  }
}

function assertFinished({ exitCode, errors, events }: Ended): void {
  if (exitCode !== 0 || !events.some(({ type }) => type === 'train-end'))
    throw new Error(`The training ended with ${exitCode}: ${errors}`);
}

/** @throws Error where a step that was taken again came to something else. */
function collectSteps(events: readonly ProgramEvent[], steps: Map<number, string>): { again: number } {
  let again = 0;
  for (const { step, loss, gradientNorm } of events.filter(
    (event): event is StepEndEvent => event.type === 'step-end',
  )) {
    const figures = `${loss} ${gradientNorm}`;
    const known = steps.get(step);
    if (known !== undefined && known !== figures) throw new Error(`Step ${step} came to ${known}, then ${figures}.`);
    if (known !== undefined) again += 1;
    steps.set(step, figures);
  }
  return { again };
}

/** SHA-256 of a saved model's weights. */
export async function weightsAt(directory: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(directory, 'model.safetensors')))
    .digest('hex');
}
