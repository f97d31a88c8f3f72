import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random } from '../core/index.js';
import type { BlockLayout } from '../engine/index.js';

/** Drawn without a pause: some milliseconds of work. Even, so that no pair is cut in two. */
const TURN_ELEMENTS = 2 ** 17;

/**
 * Draws the weights of a new model as transformers does: matrices from a normal distribution around 0, norms 1.
 *
 * Every parameter has a random stream named after it, so its values depend on the seed and its name alone, whatever else
 * is drawn and in which order. The event loop has its turns in between.
 */
export async function initializeBlock(
  block: BlockLayout,
  into: Float32Array,
  seed: number,
  initializerRange: number,
): Promise<void> {
  for (const { name, offset, size, shape } of block.parameters) {
    const values = into.subarray(offset, offset + size);
    if (shape.length === 1) values.fill(1);
    else {
      const random = Random.fromSeed(seed, `initialize/${name}`);
      for (let start = 0; start < size; start += TURN_ELEMENTS) {
        fillNormal(values.subarray(start, start + TURN_ELEMENTS), random, initializerRange);
        await nextTurn();
      }
    }
  }
}

/** Both numbers of each Box-Muller pair: half the work of drawing them one by one. */
function fillNormal(values: Float32Array, random: Random, deviation: number): void {
  for (let index = 0; index < values.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
}
