// A program that trains a small model and says what happens, an event a line. Its job is the first argument, as JSON.
import { readFile } from 'node:fs/promises';
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
  /** Milliseconds that the source takes for an example. */
  readonly pause?: number;
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
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

async function* examples(): AsyncGenerator<SupervisedExample> {
  for (const stored of JSON.parse(await readFile(job.examples, 'utf8')) as StoredExample[]) {
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
  const trainer = await VicunaTrainer.create({ threadsPerRank: 1, ...job.trainer }, { model, communicator });
  const controller = new AbortController();
  try {
    for await (const event of trainer.trainExamples(examples(), controller)) {
      if (communicator === undefined || communicator.rank === 0) say(event);
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
