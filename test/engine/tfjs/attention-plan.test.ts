import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AttentionPlan,
  planDecodeAttention,
  planPackedAttention,
} from '../../../src/engine/tfjs/attention-plan.js';
import { startsOf } from '../../support/goldens.js';

/** Which keys each query of a plan sees, in the order in which it sees them. */
function seenKeys(plan: AttentionPlan): Map<number, number[]> {
  const seen = new Map<number, number[]>();
  for (const tile of plan)
    for (let query = tile.start; query < tile.end; query++) {
      const keys = tile.chunks.flatMap(({ start, end, visibility }) => {
        const from = visibility?.from[query - tile.start] ?? 0;
        const to = visibility?.to[query - tile.start] ?? end - start;
        return Array.from({ length: Math.max(0, to - from) }, (_, key) => start + from + key);
      });
      seen.set(query, keys);
    }
  return seen;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const sizes = { queries: 4, keys: 8 };

describe('a plan for packed sequences', () => {
  it('lets every token see itself and what came before it in its sequence, and nothing else', () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 });
    const tiles = fc.record({ queries: fc.integer({ min: 1, max: 9 }), keys: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(lengths, tiles, (packing, tileSizes) => {
        const starts = startsOf(packing);
        const seen = seenKeys(planPackedAttention(Int32Array.from(starts), tileSizes));
        expect(seen.size).toBe(starts.at(-1));
        for (const [query, keys] of seen) {
          const start = starts.findLast((candidate) => candidate <= query)!;
          expect(keys).toEqual(range(start, query + 1));
        }
      }),
    );
  });

  it('never looks at more queries or keys at once than it is told', () => {
    for (const tile of planPackedAttention(Int32Array.of(0, 3, 50, 51, 60), sizes)) {
      expect(tile.end - tile.start).toBeLessThanOrEqual(sizes.queries);
      for (const { start, end } of tile.chunks) expect(end - start).toBeLessThanOrEqual(sizes.keys);
    }
  });

  it('puts short neighbours into one tile', () => {
    const plan = planPackedAttention(Int32Array.of(0, 1, 3, 4, 6), sizes);
    expect(plan.map(({ start, end }) => [start, end])).toEqual([
      [0, 4],
      [4, 6],
    ]);
  });

  it('hides no key where every query sees all', () => {
    const [, second] = planPackedAttention(Int32Array.of(0, 12), { queries: 8, keys: 8 });
    expect(second!.chunks.map(({ visibility }) => visibility !== undefined)).toEqual([false, true]);
  });
});

describe('a plan for tokens after a cache', () => {
  it('lets every new token see the cache, what came before it, and itself', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.integer({ min: 1, max: 20 }), (past, tokens) => {
        for (const [query, keys] of seenKeys(planDecodeAttention(past, tokens, sizes)))
          expect(keys).toEqual(range(0, past + query + 1));
      }),
    );
  });

  it('shows every query a key in its first chunk, so that its running softmax has a start', () => {
    for (const tile of planDecodeAttention(7, 9, sizes)) {
      const { visibility } = tile.chunks[0]!;
      for (const [query, to] of (visibility?.to ?? []).entries()) expect(to).toBeGreaterThan(visibility!.from[query]!);
    }
  });
});
