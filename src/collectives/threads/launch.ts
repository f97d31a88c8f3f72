import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { RankError, type RankFailure } from '../errors.js';
import { MessageQueue } from './message-queue.js';
import type { MessageFromRank, MessageToRank, RankWorkerData } from './rank.js';
import { createThreadsWorld, type ThreadsWorld } from './world.js';

/** @internal */
export interface RankLaunch {
  /** How many threads. */
  readonly ranks: number;
  /** The file that every rank runs; it calls {@link runRank}. */
  readonly worker: URL | string;
  /** Copied to every rank. */
  readonly data?: unknown;
  /** Options of Node for the threads, for example a loader. @defaultValue those of this thread */
  readonly execArgv?: readonly string[] | undefined;
}

/** @internal */
export interface RankLaunchOptions {
  /** Aborting stops every rank; the messages then end with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Milliseconds that a rank waits for another in a collective call before it counts as dead.
   *
   * @defaultValue 300,000
   */
  readonly deadline?: number | undefined;
  /** Milliseconds that ranks get to end by themselves when the job has failed or is aborted. @defaultValue 4,000 */
  readonly gracePeriod?: number | undefined;
}

/** @internal */
export interface RankMessage<Message> {
  readonly rank: number;
  readonly message: Message;
}

/** Threads that work on one job. Disposing of it stops them. @internal */
export interface Ranks<ToRank, FromRank> extends AsyncDisposable {
  /**
   * What the ranks post, each rank's messages in order. Ends when every rank is done; throws a {@link RankError} when
   * one failed, or the signal's reason, and either only when no thread is left. Leaving the loop stops the ranks.
   */
  readonly messages: AsyncIterable<RankMessage<FromRank>>;
  /** @param rank - only this one; else all of them. */
  post(message: ToRank, rank?: number): void;
}

/**
 * Starts the ranks of a job as threads of this process. When one throws, exits or stops answering, all are ended: they
 * get {@link RankLaunchOptions.gracePeriod} to do so themselves and are then terminated.
 *
 * @internal
 */
export function launchRanks<ToRank, FromRank>(
  launch: RankLaunch,
  options: RankLaunchOptions = {},
): Ranks<ToRank, FromRank> {
  return new RankThreads(launch, options);
}

/** After `terminate`, a thread inside a native call ends when that returns: so long is waited for it. */
const TERMINATION_PERIOD = 4000;

class RankThreads<ToRank, FromRank> implements Ranks<ToRank, FromRank> {
  readonly messages = new MessageQueue<RankMessage<FromRank>>(() => this[Symbol.asyncDispose]());
  readonly #world: ThreadsWorld;
  readonly #workers: readonly Worker[];
  readonly #gracePeriod: number;
  readonly #exits: Promise<unknown>;
  #ending: Promise<void> | undefined;

  constructor({ ranks, worker, data, execArgv }: RankLaunch, options: RankLaunchOptions) {
    const { signal, deadline, gracePeriod = 4000 } = options;
    this.#gracePeriod = gracePeriod;
    this.#world = createThreadsWorld(ranks, { deadline });
    const tickets = signal?.aborted ? [] : this.#world.tickets;
    const extra = execArgv === undefined ? {} : { execArgv: [...execArgv] };
    this.#workers = tickets.map((ticket) => {
      const workerData: RankWorkerData = { ticket, data };
      return new Worker(worker, { workerData, ...extra });
    });
    this.#exits = Promise.all(this.#workers.map((thread, rank) => this.#follow(thread, rank)));
    const abort = () => void this.#end(signal?.reason, { rank: 0, problem: 'and all others were told to stop.' });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    void this.#exits.then(() => {
      signal?.removeEventListener('abort', abort);
      if (this.#ending === undefined) this.messages.close();
    });
  }

  post(message: ToRank, rank?: number): void {
    const receivers = rank === undefined ? this.#workers : [this.#workers[rank]!];
    for (const worker of receivers) worker.postMessage({ type: 'message', message } satisfies MessageToRank);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new DOMException('The ranks were stopped.', 'AbortError');
    await this.#end(reason, { rank: 0, problem: 'and all others were stopped.' });
  }

  /** @returns when the thread has ended. */
  #follow(worker: Worker, rank: number): Promise<void> {
    let done = false;
    const fail = (problem: string, cause?: unknown) => void this.#fail({ rank, problem, cause });
    worker.on('message', (received: MessageFromRank) => {
      if (received.type === 'done') done = true;
      else this.messages.push({ rank, message: received.message as FromRank });
    });
    worker.on('messageerror', (error) => fail(`posted what cannot be read: ${error.message}`, error));
    worker.on('error', (error: unknown) => this.#fail(failureOf(error, rank)));
    return new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (!done || code !== 0) fail(`ended with exit code ${code} before its work was done.`);
        resolve();
      });
    });
  }

  #fail(failure: RankFailure): void {
    void this.#end(new RankError(failure), failure);
  }

  /** Ends all threads, then the messages. Only the first call counts. */
  #end(reason: unknown, failure: RankFailure): Promise<void> {
    this.#ending ??= this.#stop(failure).finally(() => this.messages.fail(reason));
    return this.#ending;
  }

  async #stop(failure: RankFailure): Promise<void> {
    this.#world.fail(failure);
    for (const worker of this.#workers) worker.postMessage({ type: 'abort' } satisfies MessageToRank);
    if (await within(this.#gracePeriod, this.#exits)) return;
    for (const worker of this.#workers) void worker.terminate();
    await within(TERMINATION_PERIOD, this.#exits);
  }
}

/** A rank that failed because another one did reports that one. */
function failureOf(error: unknown, rank: number): RankFailure {
  if (error instanceof Error && 'code' in error && error.code === 'rank-failed') {
    const { rank: culprit, problem } = error as RankError;
    return { rank: culprit, problem };
  }
  return { rank, problem: `failed: ${error instanceof Error ? error.message : inspect(error)}`, cause: error };
}

async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
