import { freemem } from 'node:os';
import type { Communicator } from '../collectives/index.js';
import type { BatchHandle, BlockLayout, Engine, Transformer } from '../engine/index.js';
import type { BlockVectors } from './vectors.js';

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
  if (recompute !== 'auto') return recompute ? 0 : Number.POSITIVE_INFINITY;
  if (engine.backend === 'wasm') return Math.max(0, WASM_BYTES - engine.usage.bytes) / 2;
  return Math.max(0, memoryLeft(engine)) / 2 / worldSize;
}

function memoryLeft(engine: Engine): number {
  if (engine.backend === 'tensorflow') return 0;
  // A container's limit, where there is one.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.min(freemem(), limit - process.memoryUsage.rss());
}

/** What an engine may take for a piece of the logits while nothing of backward is freed yet. */
const LOGITS_BYTES = 2 ** 25;

/**
 * How many layers, the last ones, can keep their activations without memory ever reaching higher than it does when all
 * are computed again. That peak is at backward's end, when every gradient is there; a gradient that is made when it is
 * first added to leaves its memory to activations until then, and backward frees those of the last layers first.
 */
export function layersForFree(transformer: Transformer, gradients: BlockVectors, batch: BatchHandle): number {
  const { blocks, shape } = transformer;
  const layerBytes = transformer.activationBytes?.(batch) ?? 0;
  if (layerBytes === 0) return 0;
  const isPending = (_: BlockLayout, block: number) => gradients.isPending?.(block) === true;
  const pending = blocks.filter(isPending).filter(({ kind }) => kind === 'layer');
  const floats = pending.reduce((sum, { size }) => sum + size, 0) - shape.layers * batch.tokens * shape.hiddenSize;
  const bytes = floats * Float32Array.BYTES_PER_ELEMENT - LOGITS_BYTES;
  return Math.min(shape.layers, Math.max(0, Math.floor(bytes / layerBytes)));
}
