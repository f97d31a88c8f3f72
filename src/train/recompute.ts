import { freemem } from 'node:os';
import type { Engine } from '../engine/index.js';

/** Bytes a WebAssembly memory can address, less a quarter for what it cannot hand out in one piece. */
const WASM_BYTES = 3 * 2 ** 30;

/**
 * How many bytes of activations may be kept for backward. Called when parameters, moments and gradients are allocated:
 * `auto` takes half of what they leave, and nothing where the engine's memory cannot be told (a GPU's is not the
 * host's).
 */
export function activationBytes(recompute: boolean | 'auto', engine: Engine): number {
  if (recompute !== 'auto') return recompute ? 0 : Number.POSITIVE_INFINITY;
  return Math.max(0, memoryLeft(engine) / 2);
}

function memoryLeft(engine: Engine): number {
  if (engine.backend === 'wasm') return WASM_BYTES - engine.usage.bytes;
  if (engine.backend === 'tensorflow') return 0;
  // A container's limit, where there is one.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(freemem(), limit - process.memoryUsage.rss());
}
