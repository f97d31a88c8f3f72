import type { Run } from '../../../core/index.js';

/** What several runs do, in the order in which it happens. */
export type MergedEvent<Item, Result> =
  | { readonly type: 'item'; readonly index: number; readonly item: Item }
  | { readonly type: 'end'; readonly index: number; readonly result: Result };

/**
 * Runs several jobs at once as one. Each is one item ahead at the most, so whoever reads slowly slows them down. When one
 * fails, or the reader leaves, the others are left too.
 */
export async function* mergeRuns<Item, Result>(
  runs: readonly Run<Item, Result>[],
): AsyncGenerator<MergedEvent<Item, Result>, void, undefined> {
  const iterators = runs.map((run) => run[Symbol.asyncIterator]());
  const advance = (index: number) => {
    const next = iterators[index]!.next().then((result) => ({ index, next: result }));
    // It may fail while the reader is busy with what came before: that is told when it asks for more.
    next.catch(() => undefined);
    return next;
  };
  const pending = new Map(iterators.map((_, index) => [index, advance(index)]));
  try {
    while (pending.size > 0) {
      const { index, next } = await Promise.race(pending.values());
      if (next.done) {
        pending.delete(index);
        yield { type: 'end', index, result: await runs[index]!.result };
      } else {
        pending.set(index, advance(index));
        yield { type: 'item', index, item: next.value };
      }
    }
  } finally {
    await Promise.all([...pending.keys()].map((index) => iterators[index]!.return?.().catch(() => undefined)));
  }
}
