import { freemem } from 'node:os';
import type { Communicator } from '../collectives/index.js';
import type { Engine } from '../engine/index.js';

/** Bytes a WebAssembly memory can address, less a quarter for what it cannot hand out in one piece. */
const WASM_BYTES = 3 * 2 ** 30;

/**
 * How many bytes of activations may be kept for backward. Called when parameters and moments are allocated: `auto` takes
 * half of what they leave, and nothing where the engine's memory cannot be told (a GPU's is not the host's). Ranks that
 * may be on one machine share it.
 */
export function activationBytes(
  recompute: boolean | 'auto',
  engine: Engine,
  { worldSize }: Pick<Communicator, 'worldSize'>,
): number {
  return activationRoom(recompute, memoryLeft(engine), engine.backend === 'wasm' ? 1 : worldSize);
}

/** @param left - bytes that ranks share which parameters and moments leave; `undefined` where nobody can tell */
export function activationRoom(recompute: boolean | 'auto', left: number | undefined, sharers: number): number {
  if (recompute !== 'auto') return recompute ? 0 : Number.POSITIVE_INFINITY;
  return Math.max(0, left ?? 0) / 2 / sharers;
}

/** Bytes that can still be taken for computing; `undefined` where the engine's memory cannot be told. */
export function memoryLeft(engine: Engine): number | undefined {
  if (engine.backend === 'wasm') return WASM_BYTES - engine.usage.bytes;
  if (engine.backend === 'tensorflow') return undefined;
  // A container's limit, where there is one.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(freemem(), limit - process.memoryUsage.rss());
}
