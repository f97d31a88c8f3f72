import { CALL_NUMBERS } from '../call.js';

/**
 * What a rank needs to join a world of threads. It can be cloned: give it to the rank's worker in `workerData`.
 *
 * @internal
 */
export interface ThreadsTicket {
  readonly rank: number;
  readonly worldSize: number;
  /** Milliseconds that a rank waits for another. */
  readonly deadline: number;
  /** Name of the channel over which the ranks show each other their memory. */
  readonly channel: string;
  /** Int32Array of the words below. */
  readonly control: SharedArrayBuffer;
  /** Float64Array: for even and for odd calls, each rank's header. */
  readonly headers: SharedArrayBuffer;
  /** JSON of the failure that ended the job. */
  readonly failure: SharedArrayBuffer;
  /** Per rank, two halves through which arrays of unshared memory pass. */
  readonly staging: readonly SharedArrayBuffer[];
}

/** Words of the control block. The generation has the failed flag as its lowest bit, so that one wait sees both. */
export const GENERATION = 0;
export const ARRIVED = 1;
export const FAILURE_CLAIMED = 2;
export const FAILURE_BYTES = 3;
/** From here on, how many meetings each rank has come to. */
export const MEETINGS = 4;

/** Numbers of a header: the call, then where the array lies in shared memory (0 and 0 when it does not). */
export const HEADER_NUMBERS = CALL_NUMBERS + 2;

/** Bytes of one half of a rank's staging buffer. Untouched pages cost nothing. */
export const STAGING_HALF = 2 << 20;
/** What is kept of a failure's description, and the bytes that so many characters need at most as JSON. */
export const PROBLEM_CHARACTERS = 1000;
const FAILURE_CAPACITY = 6 * PROBLEM_CHARACTERS + 64;

export function createTickets(worldSize: number, deadline: number): ThreadsTicket[] {
  const shared = {
    worldSize,
    deadline,
    channel: `vicuna-sdk collectives ${crypto.randomUUID()}`,
    control: new SharedArrayBuffer(4 * (MEETINGS + worldSize)),
    headers: new SharedArrayBuffer(8 * 2 * worldSize * HEADER_NUMBERS),
    failure: new SharedArrayBuffer(FAILURE_CAPACITY),
    staging: Array.from({ length: worldSize }, () => new SharedArrayBuffer(2 * STAGING_HALF)),
  };
  return shared.staging.map((_, rank) => ({ ...shared, rank }));
}
