import type { Source } from './run.js';

/** @internal */
export interface InOrderOptions {
  /** Most items that are worked on or wait for an earlier one. */
  readonly window: number;
  readonly signal: AbortSignal;
  /** Asked before each item: whether no more are to be taken. @defaultValue never */
  readonly stopped?: (() => boolean) | undefined;
}

/**
 * Works on several items of a source at a time and yields results in the order of the items. The source is read no
 * further than the window, a slow source holds nothing back that is done, and whoever leaves the loop finds no work
 * still running.
 *
 * @internal
 */
export async function* mapInOrder<Item, Result>(
  source: Source<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { window, signal, stopped = () => false }: InOrderOptions,
): AsyncGenerator<Result, void, undefined> {
  const cancel = new AbortController();
  const running: Running<Result>[] = [];
  // One promise a wait, made anew: racing long-lived ones would leave a reaction on each of them for every item.
  let wake = () => {};
  const onAbort = () => {
    cancel.abort(signal.reason);
    wake();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const items = new Items(source, () => wake());
  try {
    for (;;) {
      signal.throwIfAborted();
      if (items.wants && running.length < window && !stopped()) items.pull();
      const item = items.take();
      if (item !== undefined) running.push(new Running(work(item.value, cancel.signal), () => wake()));
      else if (running[0]?.settled) yield await running.shift()!.result;
      else if (running.length === 0 && !items.pulling) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel.abort(signal.reason);
    await Promise.allSettled(running.map(({ result }) => result));
    await items.close();
  }
}

class Running<Result> {
  readonly result: Promise<Result>;
  settled = false;

  constructor(result: Promise<Result>, onSettle: () => void) {
    this.result = result;
    const settle = () => {
      this.settled = true;
      onSettle();
    };
    result.then(settle, settle);
  }
}

/** A source, asked for one item at a time without waiting for it. */
class Items<Item> {
  readonly #iterator: Iterator<Item> | AsyncIterator<Item>;
  readonly #onNews: () => void;
  #news: { readonly value: Item } | { readonly error: unknown } | undefined;
  #ended = false;
  pulling = false;

  constructor(source: Source<Item>, onNews: () => void) {
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#onNews = onNews;
  }

  /** Whether there may be more, and none is on its way. */
  get wants(): boolean {
    return !this.#ended && !this.pulling && this.#news === undefined;
  }

  pull(): void {
    this.pulling = true;
    void this.#next();
  }

  /** The item that came, once. @throws what the source threw. */
  take(): { readonly value: Item } | undefined {
    const news = this.#news;
    this.#news = undefined;
    if (news !== undefined && 'error' in news) throw news.error;
    return news;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const closed = Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    // A source that waits for its next item cannot be told before it has come.
    if (!this.pulling) await closed;
  }

  async #next(): Promise<void> {
    try {
      const next = await this.#iterator.next();
      if (next.done === true) this.#ended = true;
      else this.#news = { value: next.value };
    } catch (error) {
      this.#ended = true;
      this.#news = { error };
    }
    this.pulling = false;
    this.#onNews();
  }
}
