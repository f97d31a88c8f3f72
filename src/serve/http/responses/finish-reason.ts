import type { Generation } from '../../../conversation/index.js';

const names = { stop: 'stop', length: 'length', 'content-filter': 'content_filter' } as const;

export function finishReason(generation: Generation): (typeof names)[Generation['finishReason']] {
  return names[generation.finishReason];
}
