/**
 * Works on several items at a time and yields results as they come. No more than twice `concurrency` items are begun
 * before their results are taken, so that a slow consumer neither leaves calls idle nor pays for what it may not want.
 * Whoever leaves the loop finds no work still running.
 */
export async function* overlap<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): AsyncGenerator<Result, void, undefined> {
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(concurrency);
  const own = new AbortController();
  const abort = () => own.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  const running = new Map<number, Promise<{ readonly number: number; readonly result: Result }>>();
  const queue = items[Symbol.iterator]();
  try {
    for (let number = 0; ; ) {
      while (running.size < 2 * concurrency) {
        const next = queue.next();
        if (next.done) break;
        const id = number++;
        const settled = limit(async () => {
          own.signal.throwIfAborted();
          return { number: id, result: await work(next.value, own.signal) };
        });
        running.set(id, settled);
      }
      if (running.size === 0) return;
      const first = await Promise.race(running.values());
      running.delete(first.number);
      yield first.result;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    own.abort(signal.reason);
    await Promise.allSettled(running.values());
  }
}
