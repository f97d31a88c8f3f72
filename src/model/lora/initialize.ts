import { Random } from '../../core/index.js';
import type { BlockLayout } from '../../engine/index.js';

/**
 * Draws the weights of a new adapter as peft does: A uniformly within 1 / sqrt(inputs), B zero, so that training starts
 * from what the model computes without it. Every matrix has a random stream named after it.
 *
 * @param block - one of {@link loraBlocks}.
 */
export function initializeAdapter(block: BlockLayout, into: Float32Array, seed: number): void {
  for (const { name, offset, size, shape } of block.parameters) {
    const values = into.subarray(offset, offset + size);
    if (name.endsWith('.lora_B.weight')) {
      values.fill(0);
      continue;
    }
    const random = Random.fromSeed(seed, `initialize/${name}`);
    const bound = 1 / Math.sqrt(shape[1]!);
    for (let index = 0; index < size; index++) values[index] = bound * (2 * random.uniform() - 1);
  }
}
