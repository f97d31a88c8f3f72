import { RankError, type RankFailure } from '../errors.js';
import {
  ARRIVED,
  FAILURE_BYTES,
  FAILURE_CLAIMED,
  GENERATION,
  MEETINGS,
  PROBLEM_CHARACTERS,
  type ThreadsTicket,
} from './ticket.js';

const FAILED = 1;

// Not in the type library of ES2023; in Node since 16.
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { async: boolean; value: Promise<string> | string };
const waitAsync = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync;

/** A place in shared memory where the ranks wait for each other without blocking, and where a failure wakes them all. */
export class Meeting {
  readonly #control: Int32Array;
  readonly #failure: Uint8Array;
  readonly #rank: number;
  readonly #worldSize: number;

  constructor({ control, failure, rank, worldSize }: ThreadsTicket) {
    this.#rank = rank;
    this.#control = new Int32Array(control);
    this.#failure = new Uint8Array(failure);
    this.#worldSize = worldSize;
  }

  /** Settles when every rank is here. @throws RankError when one never will be. */
  async meet(): Promise<void> {
    const before = Atomics.load(this.#control, GENERATION);
    if (before & FAILED) throw this.#failureError();
    Atomics.add(this.#control, MEETINGS + this.#rank, 1);
    if (Atomics.add(this.#control, ARRIVED, 1) === this.#worldSize - 1) {
      Atomics.store(this.#control, ARRIVED, 0);
      // Added, not stored, to keep a failure that came meanwhile.
      Atomics.add(this.#control, GENERATION, 2);
      Atomics.notify(this.#control, GENERATION);
      return;
    }
    for (;;) {
      const now = Atomics.load(this.#control, GENERATION);
      // Everybody came, whatever happened since.
      if (now >> 1 !== before >> 1) return;
      if (now & FAILED) throw this.#failureError();
      await waitAsync(this.#control, GENERATION, now).value;
    }
  }

  /** Ranks that have not come to the meeting where this rank waits. */
  missing(): number[] {
    const came = Array.from({ length: this.#worldSize }, (_, rank) => Atomics.load(this.#control, MEETINGS + rank));
    return came.flatMap((meetings, rank) => (meetings < came[this.#rank]! ? [rank] : []));
  }

  /** Ends every wait, now and later, with this failure; only the first one counts. */
  fail({ rank, problem }: RankFailure): void {
    if (Atomics.compareExchange(this.#control, FAILURE_CLAIMED, 0, 1) !== 0) return;
    const encoded = new TextEncoder().encode(JSON.stringify({ rank, problem: problem.slice(0, PROBLEM_CHARACTERS) }));
    this.#failure.set(encoded);
    this.#control[FAILURE_BYTES] = encoded.length;
    Atomics.or(this.#control, GENERATION, FAILED);
    Atomics.notify(this.#control, GENERATION);
  }

  #failureError(): RankError {
    const text = new TextDecoder().decode(this.#failure.slice(0, this.#control[FAILURE_BYTES]));
    return new RankError(JSON.parse(text) as RankFailure);
  }
}
