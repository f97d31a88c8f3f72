// A program that trains a small model and says what happens, an event a line. Its job is the first argument, as JSON.
import { appendFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { joinMpi } from '../../../src/collectives/index.js';
import type { SupervisedExample } from '../../../src/data/index.js';
import { createEngine } from '../../../src/engine/index.js';
import { VicunaModel } from '../../../src/model/index.js';
import { type TrainerConfig, VicunaTrainer } from '../../../src/train/index.js';

export interface ProgramJob {
  /** Directory of the model. */
  readonly model: string;
  /** A file: what to learn, as JSON. */
  readonly examples: string;
  readonly trainer: TrainerConfig;
  /** Whether this is a process of a job of many. */
  readonly mpi?: boolean;
  /** What the process of this rank is told besides. */
  readonly ofRank?: { readonly rank: number; readonly trainer?: Partial<TrainerConfig>; readonly examples?: number };
  /** A folder: what each process says goes to a file of its own there, instead of to the standard output. */
  readonly said?: string | undefined;
  /** Milliseconds that the source takes for an example. */
  readonly pause?: number;
  /** Milliseconds that it takes to look at each step's end. */
  readonly stepPause?: number;
  /** Does not train to the end. */
  readonly end?: { readonly afterStep: number; readonly by: 'abort' | 'break' };
}

/** How an example stands in the file. */
export interface StoredExample {
  readonly id: string;
  readonly tokens: readonly number[];
  readonly labels: readonly number[];
  readonly supervisedTokens: number;
}

const job = JSON.parse(process.argv[2]!) as ProgramJob;
const say = (what: object) => {
  const line = `${JSON.stringify(what)}\n`;
  if (job.said === undefined) process.stdout.write(line);
  else appendFileSync(join(job.said, `${process.pid}`), line);
};

async function* examples(count?: number): AsyncGenerator<SupervisedExample> {
  const all = JSON.parse(await readFile(job.examples, 'utf8')) as StoredExample[];
  for (const stored of all.slice(0, count)) {
    if (job.pause !== undefined) await wait(job.pause);
    say({ type: 'example-read', id: stored.id });
    yield { ...stored, tokens: Int32Array.from(stored.tokens), labels: Int32Array.from(stored.labels) };
  }
}

async function train(): Promise<void> {
  say({ type: 'process-start', process: process.pid });
  await using communicator = job.mpi ? await joinMpi() : undefined;
  await using engine = await createEngine({ threads: 1 });
  await using model = await VicunaModel.load(job.model, { engine });
  const own = job.ofRank?.rank === communicator?.rank ? job.ofRank : undefined;
  const config = { threadsPerRank: 1, ...job.trainer, ...own?.trainer };
  const trainer = await VicunaTrainer.create(config, { model, communicator });
  const controller = new AbortController();
  try {
    for await (const event of trainer.trainExamples(examples(own?.examples), controller)) {
      if (communicator === undefined || communicator.rank === 0) say(event);
      if (job.stepPause !== undefined && event.type === 'step-end') await wait(job.stepPause);
      if (job.end === undefined || event.type !== 'step-end' || event.step < job.end.afterStep) continue;
      if (job.end.by === 'break') break;
      controller.abort(new Error('no longer wanted'));
    }
  } catch (error) {
    if (error !== controller.signal.reason) throw error;
    say({ type: 'program-aborted', reason: (error as Error).message });
  }
}

await train();
say({ type: 'process-end' });
