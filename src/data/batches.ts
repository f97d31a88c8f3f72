import type { Source } from '../core/index.js';

/**
 * Groups a stream so that native calls are few and memory stays bounded: a batch ends at `maxItems`, or once its weights
 * reach `maxWeight`.
 *
 * @internal
 */
export async function* inBatches<T>(
  source: Source<T>,
  weigh: (item: T) => number,
  { maxItems, maxWeight }: { readonly maxItems: number; readonly maxWeight: number },
): AsyncGenerator<T[], void, undefined> {
  let batch: T[] = [];
  let weight = 0;
  for await (const item of source) {
    batch.push(item);
    weight += weigh(item);
    if (batch.length < maxItems && weight < maxWeight) continue;
    yield batch;
    batch = [];
    weight = 0;
  }
  if (batch.length > 0) yield batch;
}
