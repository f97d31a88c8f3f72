import { VicunaError } from '../core/index.js';
import type { KeyValueCache } from './engine.js';

/** @throws VicunaError `engine-failed` */
export function assertCapacity(capacity: number): void {
  if (!Number.isInteger(capacity) || capacity < 1) fail(`a cache of ${capacity} tokens cannot be made`);
}

/** @throws VicunaError `engine-failed` where a cache has no such beginning, or it would not fit its copy. */
export function assertCopy(from: KeyValueCache, length: number, capacity: number): void {
  if (!Number.isInteger(length) || length < 0 || length > from.length || length > capacity)
    fail(`${length} tokens of a cache that holds ${from.length} cannot be copied to one for ${capacity}`);
}

function fail(problem: string): never {
  throw new VicunaError('engine-failed', `The engine was asked for something impossible: ${problem}.`);
}
