import type { Adapter } from '../../checkpoint/index.js';
import type { Engine, ModelVectors, Transformer } from '../../engine/index.js';

/**
 * Adds an adapter to the weights of a model, in place: a layer at a time, with nothing of the size of a layer beside it.
 *
 * @param parameters - one vector a block.
 */
export async function mergeIntoWeights(
  engine: Engine,
  transformer: Transformer,
  parameters: ModelVectors,
  { lora, vectors }: Adapter,
): Promise<void> {
  for (const [layer, values] of vectors.entries()) {
    const vector = await engine.upload(values);
    try {
      await transformer.mergeAdapter(parameters[layer + 1]!, { lora, parameters: vector });
    } finally {
      engine.release(vector);
    }
  }
}
