import { Random } from '../core/index.js';
import type { BlockLayout } from '../engine/index.js';

/**
 * Draws the weights of a new model as transformers does: matrices from a normal distribution around 0, norms 1.
 *
 * Every parameter has a random stream named after it, so its values depend on the seed and its name alone, whatever else
 * is drawn and in which order.
 */
export function initializeBlock(block: BlockLayout, into: Float32Array, seed: number, initializerRange: number): void {
  for (const { name, offset, size, shape } of block.parameters) {
    if (shape.length === 1) {
      into.fill(1, offset, offset + size);
      continue;
    }
    const random = Random.fromSeed(seed, `initialize/${name}`);
    for (let index = offset; index < offset + size; index++) into[index] = random.normal() * initializerRange;
  }
}
