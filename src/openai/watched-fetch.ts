import { inOpenAIForm } from './error-form.js';

/** No byte came for too long, or a reply took too long as a whole. @internal */
export class SilenceError extends Error {
  /** Whether the reply had begun. */
  readonly begun: boolean;
  readonly seconds: number;

  constructor(limit: 'silence' | 'attempt', seconds: number, begun: boolean) {
    // The client takes an error that speaks of timing out for its own, and loses it.
    super(limit === 'silence' ? `no byte came for ${seconds} s` : `the reply was not whole after ${seconds} s`);
    this.begun = begun;
    this.seconds = seconds;
  }
}

/** The connection ended amid a reply, or the reply is larger than any can be. @internal */
export class BrokenReplyError extends Error {}

/** How long an endpoint may take. @internal */
export interface WatchLimits {
  /** Longest time without a byte, in seconds. */
  readonly timeoutSeconds: number;
  /** Longest time in all, in seconds; what the reader of the reply takes does not count. */
  readonly attemptTimeoutSeconds: number;
}

/** No reply is larger; an endpoint that sends more without end must not fill the memory. */
const largestReply = 64 * 2 ** 20;

/**
 * A `fetch` that gives up on an endpoint that sends nothing for too long, before the first byte of its reply or
 * between any two. The client's own timeout ends with the reply's headers.
 *
 * @internal
 */
export function watchedFetch(fetch: typeof globalThis.fetch, limits: WatchLimits): typeof globalThis.fetch {
  return async (input, init) => {
    const stop = new AbortController();
    const signal = init?.signal ? AbortSignal.any([init.signal, stop.signal]) : stop.signal;
    const watch = new Watch(limits, stop);
    // A redirect to another host would take the key along.
    const response = await watch.during(fetch(input, { ...init, signal, redirect: 'manual' }), false);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    const watched = new Response(watchedBody(response.body, watch), { status, statusText, headers });
    return response.ok ? watched : inOpenAIForm(watched);
  };
}

function watchedBody(body: ReadableStream<Uint8Array>, watch: Watch): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let size = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await watch.during(reader.read(), true).catch((error: unknown) => {
          if (error instanceof SilenceError || isAbort(error)) throw error;
          throw new BrokenReplyError('the connection ended before the reply did', { cause: error });
        });
        if (done) return controller.close();
        size += value.byteLength;
        if (size > largestReply) {
          await reader.cancel();
          throw new BrokenReplyError(`the reply is larger than ${largestReply / 2 ** 20} MB`);
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Counts the time that the endpoint is waited for. */
class Watch {
  readonly #limits: WatchLimits;
  readonly #stop: AbortController;
  #waited = 0;

  constructor(limits: WatchLimits, stop: AbortController) {
    this.#limits = limits;
    this.#stop = stop;
  }

  async during<T>(waiting: Promise<T>, begun: boolean): Promise<T> {
    const { timeoutSeconds, attemptTimeoutSeconds } = this.#limits;
    const left = attemptTimeoutSeconds - this.#waited;
    const error =
      left < timeoutSeconds
        ? () => new SilenceError('attempt', attemptTimeoutSeconds, begun)
        : () => new SilenceError('silence', timeoutSeconds, begun);
    const timer = setTimeout(() => this.#stop.abort(error()), Math.min(left, timeoutSeconds) * 1000);
    const start = performance.now();
    try {
      return await waiting;
    } finally {
      clearTimeout(timer);
      this.#waited += (performance.now() - start) / 1000;
    }
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
