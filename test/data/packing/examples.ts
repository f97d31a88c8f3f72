import * as fc from 'fast-check';
import { Random } from '../../../src/core/index.js';
import { ExampleStore, type ExampleStoreOptions } from '../../../src/data/packing/index.js';
import type { SupervisedExample } from '../../../src/data/supervised/example.js';

/** An example whose tokens name it: no two examples share one. */
export function numberedExample(number: number, length: number, supervised = (index: number) => index % 2 === 1) {
  const tokens = Int32Array.from({ length }, (_, index) => number * 1000 + index);
  const labels = tokens.map((token, index) => (supervised(index) ? token : -100));
  return { id: `conversation-${number}`, tokens, labels, supervisedTokens: countLearned(labels) };
}

export const countLearned = (labels: Int32Array) => labels.subarray(1).filter((label) => label !== -100).length;

export async function storeOf(
  examples: Iterable<SupervisedExample>,
  options?: ExampleStoreOptions,
): Promise<ExampleStore> {
  const store = await ExampleStore.create(options);
  for (const example of examples) await store.add(example);
  return store;
}

/** Lengths as conversations have them: many short, a few long (log-normal), from 8 to `longest`. */
export function conversationLengths(count: number, longest: number, seed: number): number[] {
  const random = Random.fromSeed(seed, 'lengths');
  return Array.from({ length: count }, () =>
    Math.min(longest, Math.max(8, Math.round(Math.exp(Math.log(longest / 4) + random.normal())))),
  );
}

/** Any example that a store takes. */
export const anyExample: fc.Arbitrary<SupervisedExample> = fc
  .record({
    id: fc.string({ unit: 'binary' }),
    segmentOf: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
    rows: fc.array(fc.tuple(fc.oneof(fc.nat(0xffff), fc.nat(2 ** 31 - 1)), fc.boolean()), { maxLength: 40 }),
  })
  .map(({ id, segmentOf, rows }) => {
    const tokens = Int32Array.from(rows, ([token]) => token);
    const labels = Int32Array.from(rows, ([token, learned]) => (learned ? token : -100));
    const example = { id, tokens, labels, supervisedTokens: countLearned(labels) };
    return segmentOf === undefined ? example : { ...example, segmentOf };
  });
