import { Worker } from 'node:worker_threads';
import { workerFile } from '../../collectives/index.js';
import { VicunaError, type VicunaErrorCode } from '../../core/index.js';
import type { PrepareSettings } from './config.js';
import type { FromWorker, PreparedBatch, RecordBatch, ToWorker, WorkerFailure } from './protocol.js';

/** Batches a thread holds: one that it works on, and one so that it never waits. */
const batchesPerThread = 2;

interface Job extends ToWorker {
  readonly resolve: (prepared: PreparedBatch) => void;
  readonly reject: (reason: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, Job>;
}

/** Threads that prepare batches. The first failure ends all threads and every job; so does the signal, at once. */
export class PreparePool implements AsyncDisposable {
  /** Ids of the tokenizer that the threads have loaded are below this. */
  vocabularySize = 0;
  readonly #threads: readonly Thread[];
  readonly #signal: AbortSignal;
  readonly #abort = () => this.#end(this.#signal.reason);
  readonly #exits: Promise<unknown>;
  readonly #waiting: Job[] = [];
  #submitted = 0;
  #ready = 0;
  #announce: { readonly resolve: () => void; readonly reject: (reason: unknown) => void } | undefined;
  #ended: { readonly reason: unknown } | undefined;

  private constructor(threads: number, settings: PrepareSettings, signal: AbortSignal) {
    this.#signal = signal;
    const { worker, execArgv } = workerFile('prepare-worker', import.meta.url);
    const options = { workerData: settings, ...(execArgv !== undefined && { execArgv: [...execArgv] }) };
    this.#threads = Array.from({ length: threads }, () => ({ worker: new Worker(worker, options), jobs: new Map() }));
    this.#exits = Promise.all(this.#threads.map((thread) => this.#follow(thread)));
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Resolves when every thread has loaded what it needs. @throws what one of them throws */
  static async start(threads: number, settings: PrepareSettings, signal: AbortSignal): Promise<PreparePool> {
    signal.throwIfAborted();
    const pool = new PreparePool(threads, settings, signal);
    try {
      await new Promise<void>((resolve, reject) => {
        pool.#announce = { resolve, reject };
      });
      return pool;
    } catch (error) {
      await pool[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Has a batch prepared. Its memory is given away. */
  prepare(batch: RecordBatch): Promise<PreparedBatch> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended.reason);
      this.#waiting.push({ number: this.#submitted++, batch, resolve, reject });
      this.#deal();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(new VicunaError('disposed', 'The threads of this preparation were stopped.'));
    await this.#exits;
  }

  #deal(): void {
    while (this.#waiting.length > 0) {
      const idlest = this.#threads.reduce((least, thread) => (thread.jobs.size < least.jobs.size ? thread : least));
      if (idlest.jobs.size >= batchesPerThread) return;
      const job = this.#waiting.shift()!;
      idlest.jobs.set(job.number, job);
      const { number, batch } = job;
      idlest.worker.postMessage({ number, batch } satisfies ToWorker, [batch.bytes.buffer]);
    }
  }

  /** @returns when the thread has ended. */
  #follow(thread: Thread): Promise<void> {
    const { worker, jobs } = thread;
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'failed') this.#end(errorOf(message.error));
      else if (message.type === 'ready') {
        this.vocabularySize = message.vocabularySize;
        if (++this.#ready === this.#threads.length) this.#announce?.resolve();
      } else {
        jobs.get(message.number)?.resolve(message.prepared);
        jobs.delete(message.number);
        this.#deal();
      }
    });
    worker.on('error', (error) =>
      this.#end(lost(thread, error instanceof Error ? error.message : String(error), error)),
    );
    return new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#end(lost(thread, `it ended by itself with exit code ${code}`));
        resolve();
      });
    });
  }

  /** Only the first call counts. */
  #end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { reason };
    this.#signal.removeEventListener('abort', this.#abort);
    this.#announce?.reject(reason);
    for (const { worker, jobs } of this.#threads) {
      void worker.terminate();
      for (const job of jobs.values()) job.reject(reason);
    }
    for (const job of this.#waiting.splice(0)) job.reject(reason);
  }
}

/** Says what the thread had in hand, since a record may be what killed it. */
function lost({ jobs }: Thread, problem: string, cause?: unknown): VicunaError {
  const [first] = [...jobs.values()].flatMap(({ batch }) => batch.records.map(({ location }) => location));
  const place = first === undefined ? '' : ` while it worked on records from ${first.file}:${first.line ?? 1} on`;
  return new VicunaError(
    'worker-lost',
    `A thread that prepares data was lost${place}: ${problem}. Run again: it goes on after the last whole shard.`,
    { cause },
  );
}

function errorOf({ code, message }: WorkerFailure): Error {
  if (code !== undefined) return new VicunaError(code as VicunaErrorCode, message);
  return new VicunaError(
    'worker-lost',
    `A thread that prepares data failed: ${message}\nRun again: it goes on after the last whole shard.`,
  );
}
