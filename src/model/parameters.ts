import { type CallOptions, TemporaryFloats } from '../core/index.js';
import type { BlockLayout, Engine, ModelVectors, Vector } from '../engine/index.js';

/**
 * Brings a model's parameters to an engine, one block at a time through one buffer, so that they are never in memory
 * twice.
 *
 * @param fill - writes a block's values; `into` holds those of another block before.
 */
export async function uploadBlocks(
  engine: Engine,
  blocks: readonly BlockLayout[],
  fill: (block: BlockLayout, into: Float32Array) => Promise<unknown> | unknown,
  { signal, onProgress }: CallOptions,
): Promise<ModelVectors> {
  const total = blocks.reduce((sum, { size }) => sum + size, 0);
  using buffer = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
  const vectors: Vector[] = [];
  try {
    let done = 0;
    for (const block of blocks) {
      signal?.throwIfAborted();
      const values = buffer.first(block.size);
      await fill(block, values);
      vectors.push(await engine.upload(values));
      done += block.size;
      onProgress?.({ phase: 'load', done, total });
    }
    return vectors;
  } catch (error) {
    engine.release(...vectors);
    throw error;
  }
}
