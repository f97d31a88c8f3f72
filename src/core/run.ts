/** Anything that `for await` can loop over. @public */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

/**
 * A lazy job: nothing happens until it is iterated or its result is asked for.
 *
 * Iterate it for its items, then read `result`; or only `await run.result`, which drains the items. Leaving the loop
 * early cancels the job and frees what it holds, and `result` then rejects with an `AbortError`. Either way an error
 * reaches whoever is listening and never becomes an unhandled rejection.
 *
 * @public
 */
export interface Run<Item, Result> extends AsyncIterable<Item> {
  /** Resolves when the job is done; asking for it starts a run that nobody iterates. */
  readonly result: Promise<Result>;
}

/** The work of a run: yields items, returns the result, and watches `signal`. @internal */
export type RunBody<Item, Result> = (signal: AbortSignal) => AsyncGenerator<Item, Result, undefined>;

/**
 * Makes a {@link Run} of a generator.
 *
 * @param body - called once, at first use, with a signal that fires when the caller aborts or leaves the loop.
 * @internal
 */
export function startRun<Item, Result>(
  body: RunBody<Item, Result>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Run<Item, Result> {
  return new GeneratorRun(body, options.signal);
}

const leftEarly = () => new DOMException('The run was left before it was finished.', 'AbortError');

type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };

class GeneratorRun<Item, Result> implements Run<Item, Result> {
  readonly #body: RunBody<Item, Result>;
  readonly #signal: AbortSignal | undefined;
  #iterated = false;
  #outcome: Outcome<Result> | undefined;
  #waiting: PromiseWithResolvers<Result> | undefined;

  constructor(body: RunBody<Item, Result>, signal: AbortSignal | undefined) {
    this.#body = body;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    if (this.#iterated) throw new TypeError('A run can be iterated once; start another run to do the job again.');
    this.#iterated = true;
    const items = this.#iterate();
    const leave = items.return.bind(items);
    // A generator that was never advanced skips its finally block, where the outcome is settled.
    items.return = (value) => {
      this.#settle({ error: leftEarly() });
      return leave(value);
    };
    return items;
  }

  get result(): Promise<Result> {
    if (this.#waiting === undefined) {
      this.#waiting = withResolvers<Result>();
      if (this.#outcome !== undefined) this.#deliver(this.#outcome);
      else if (!this.#iterated) void this.#drain();
    }
    return this.#waiting.promise;
  }

  async *#iterate(): AsyncGenerator<Item, void, undefined> {
    // A listener of our own, removed at the end: AbortSignal.any would tie every run to a long-lived caller's signal.
    const own = new AbortController();
    const forward = () => own.abort(this.#signal?.reason);
    if (this.#signal?.aborted) forward();
    else this.#signal?.addEventListener('abort', forward, { once: true });
    let generator: AsyncGenerator<Item, Result, undefined> | undefined;
    let outcome: Outcome<Result> | undefined;
    try {
      generator = this.#body(own.signal);
      for (;;) {
        own.signal.throwIfAborted();
        const next = await generator.next();
        if (next.done) {
          outcome = { value: next.value };
          return;
        }
        yield next.value;
      }
    } catch (error) {
      outcome = { error };
      throw error;
    } finally {
      this.#signal?.removeEventListener('abort', forward);
      own.abort(leftEarly());
      // After an abort the body is still suspended at a yield: let its finally blocks free what they hold, and whoever
      // waits for the result find it free.
      await generator?.return(undefined as never).catch(() => undefined);
      this.#settle(outcome ?? { error: leftEarly() });
    }
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // The error is delivered through `result`.
    }
  }

  #settle(outcome: Outcome<Result>): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    if (this.#waiting !== undefined) this.#deliver(outcome);
  }

  #deliver(outcome: Outcome<Result>): void {
    if ('error' in outcome) this.#waiting?.reject(outcome.error);
    else this.#waiting?.resolve(outcome.value);
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

// Promise.withResolvers needs Node 22.
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
