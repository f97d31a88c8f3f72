import { DEFAULT_DEADLINE } from '../deadline.js';
import type { RankFailure } from '../errors.js';
import { Meeting } from './meeting.js';
import { createTickets, type ThreadsTicket } from './ticket.js';

/** The shared state of ranks that are threads of one process, as the thread that starts them holds it. @internal */
export interface ThreadsWorld {
  readonly tickets: readonly ThreadsTicket[];
  /** Makes every pending and later call of all ranks reject with this failure; only the first failure counts. */
  fail(failure: RankFailure): void;
}

/**
 * @param options.deadline - {@link RankLaunchOptions.deadline}
 * @internal
 */
export function createThreadsWorld(
  worldSize: number,
  { deadline = DEFAULT_DEADLINE }: { readonly deadline?: number | undefined } = {},
): ThreadsWorld {
  const tickets = createTickets(worldSize, deadline);
  const meeting = new Meeting(tickets[0]!);
  return { tickets, fail: (failure) => meeting.fail(failure) };
}
