import type { DecodeRequest, KeyValueCache, ModelWeights, Transformer } from '../../../src/engine/index.js';
import { type BatchingConfig, batchingConfigSchema } from '../../../src/model/batching/config.js';
import { EngineTurns } from '../../../src/model/batching/engine-turns.js';
import { Scheduler } from '../../../src/model/batching/scheduler.js';

interface ManualCache extends KeyValueCache {
  length: number;
  isReleased: boolean;
}

/** One step that a transformer was asked for. */
export interface ManualStep {
  readonly requests: readonly DecodeRequest[];
  /** How many tokens of each sequence. */
  readonly counts: readonly number[];
  finish(): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A few turns of the event loop: what can go on without the transformer has. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/**
 * A batch on a transformer that notes what it is asked and answers when it is told to: logits are the last token. A token
 * takes 8 bytes of a cache.
 */
export function manualBatch(config: BatchingConfig = {}) {
  const steps: ManualStep[] = [];
  const caches = new Set<ManualCache>();
  const copies: number[] = [];
  let running = 0;
  let weights: ModelWeights = [];
  const makeCache = (capacity: number, length: number) => {
    const cache = { capacity, length, isReleased: false };
    caches.add(cache);
    return cache;
  };
  const transformer = {
    shape: { layers: 1, keyValueHeads: 1, headSize: 1 },
    createCache: async (capacity: number) => makeCache(capacity, 0),
    copyCache: async (from: ManualCache, length: number, capacity: number) => {
      if (from.isReleased || length > from.length) throw new Error('copied from what is not there');
      copies.push(length);
      return makeCache(capacity, length);
    },
    decode: (_: unknown, requests: readonly DecodeRequest[]) =>
      new Promise<Float32Array[]>((resolve, reject) => {
        if (++running > 1) throw new Error('two calls at once');
        const end = (settle: () => void) => {
          running--;
          settle();
          return settled();
        };
        steps.push({
          requests,
          counts: requests.map(({ tokens }) => tokens.length),
          finish: () =>
            end(() => {
              for (const { cache, tokens } of requests) (cache as ManualCache).length += tokens.length;
              resolve(requests.map(({ tokens }) => Float32Array.of(tokens.at(-1)!)));
            }),
          fail: (error) => end(() => reject(error)),
        });
      }),
  } as unknown as Transformer;
  const turns = new EngineTurns();
  const release = (cache: KeyValueCache) => {
    if ((cache as ManualCache).isReleased) throw new Error('released twice');
    (cache as ManualCache).isReleased = true;
    caches.delete(cache as ManualCache);
  };
  const seen: unknown[] = [];
  const scheduler = new Scheduler(
    { transformer, turns, weights: () => weights, release, onStep: ({ seconds: _, ...step }) => seen.push(step) },
    batchingConfigSchema.parse({ prefixCacheBytes: 0, ...config }),
  );
  return {
    scheduler,
    turns,
    steps,
    /** Lengths that caches were copied at. */
    copies,
    /** Those not released. */
    caches,
    /** What the observer was told. */
    seen,
    changeWeights: (changed: ModelWeights) => {
      weights = changed;
    },
  };
}
