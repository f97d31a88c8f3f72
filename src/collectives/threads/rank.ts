import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Communicator } from '../communicator.js';
import { joinThreads } from './communicator.js';
import type { ThreadsTicket } from './ticket.js';

/** What the starting thread gives a rank's worker. */
export interface RankWorkerData {
  readonly ticket: ThreadsTicket;
  readonly data: unknown;
}

/** From the starting thread to a rank. */
export type MessageToRank = { readonly type: 'message'; readonly message: unknown } | { readonly type: 'abort' };

/** From a rank to the starting thread. */
export type MessageFromRank = { readonly type: 'message'; readonly message: unknown } | { readonly type: 'done' };

/** What a rank works with. @internal */
export interface RankContext<Data, ToRank, FromRank> {
  /** Disposed of when the rank is done, not by the body. */
  readonly communicator: Communicator;
  /** A copy of {@link RankLaunch.data}. */
  readonly data: Data;
  /** Aborted when the job ends early; the thread is stopped soon after. */
  readonly signal: AbortSignal;
  /** Sends to whoever called {@link launchRanks}. */
  post(message: FromRank): void;
  /** Calls the listener with whatever is posted to this rank, from now on. */
  onMessage(listener: (message: ToRank) => void): void;
}

/**
 * Runs one rank of {@link launchRanks}: the only statement of a worker's entry file. The rank is done when `body`
 * settles.
 *
 * @internal
 */
export async function runRank<Data, ToRank, FromRank>(
  body: (context: RankContext<Data, ToRank, FromRank>) => Promise<void>,
): Promise<void> {
  const port = parentPort;
  if (isMainThread || port === null) throw new TypeError('runRank belongs in a worker that launchRanks started.');
  const { ticket, data } = workerData as RankWorkerData;
  const aborted = new AbortController();
  const listeners: ((message: ToRank) => void)[] = [];
  port.on('message', (received: MessageToRank) => {
    if (received.type === 'abort') aborted.abort();
    else for (const listener of listeners) listener(received.message as ToRank);
  });
  const send = (message: MessageFromRank) => port.postMessage(message);
  const communicator = joinThreads(ticket);
  await body({
    communicator,
    data: data as Data,
    signal: aborted.signal,
    post: (message) => send({ type: 'message', message }),
    onMessage: (listener) => listeners.push(listener),
  });
  // Only after success: whoever fails must not look as if it had left.
  await communicator[Symbol.asyncDispose]();
  port.unref();
  // Without this a thread that ended, for whatever reason, has failed.
  send({ type: 'done' });
}
