import { type CallOptions, TemporaryFloats, VicunaError } from '../core/index.js';
import type {
  BlockLayout,
  BlockWeights,
  CompressedFormat,
  Engine,
  ModelWeights,
  Transformer,
  Vector,
} from '../engine/index.js';

/** How weights are kept: as float32, or rounded for inference. @public */
export type WeightFormat = 'float32' | CompressedFormat;

/** Writes a block's values; `into` holds those of another block before. */
export type BlockFiller = (block: BlockLayout, into: Float32Array) => Promise<unknown> | unknown;

/**
 * Brings a model's parameters to an engine, one block at a time through one buffer, so that they are never in memory
 * twice, and as float32 never more than a block of what is kept smaller.
 *
 * @throws VicunaError `weights-unsupported` before anything is read, where the engine cannot keep them so.
 */
export async function uploadBlocks(
  engine: Engine,
  transformer: Transformer,
  format: WeightFormat,
  fill: BlockFiller,
  { signal, onProgress }: CallOptions,
): Promise<ModelWeights> {
  const { blocks } = transformer;
  const keep = keeper(engine, transformer, format);
  const total = blocks.reduce((sum, { size }) => sum + size, 0);
  using buffer = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
  const weights: BlockWeights[] = [];
  try {
    let done = 0;
    for (const [index, block] of blocks.entries()) {
      signal?.throwIfAborted();
      const values = buffer.first(block.size);
      await fill(block, values);
      weights.push(await keep(index, values));
      done += block.size;
      onProgress?.({ phase: 'load', done, total });
    }
    return weights;
  } catch (error) {
    engine.release(...weights);
    throw error;
  }
}

/** @returns what brings one block to the engine. */
function keeper(
  engine: Engine,
  transformer: Transformer,
  format: WeightFormat,
): (block: number, values: Float32Array) => Promise<BlockWeights> {
  if (format === 'float32') return (_, values) => engine.upload(values);
  if (transformer.compress === undefined)
    throw new VicunaError(
      'weights-unsupported',
      `The ${engine.name} engine (${engine.backend}) keeps weights as float32 only, not as ${format}. Load the model with ` +
        "{ weights: 'float32' }, or with { engine: 'native' } where that runs.",
    );
  return async (block, values) => {
    const vector = await engine.upload(values);
    try {
      return await transformer.compress!(block, vector, format);
    } finally {
      engine.release(vector);
    }
  };
}

/**
 * The vectors of a model whose weights are float32.
 *
 * @param model - names it in the error.
 * @throws VicunaError `weights-unsupported` where they were rounded.
 */
export function asVectors(weights: ModelWeights, model: string): readonly Vector[] {
  return weights.map((block) => {
    if ('length' in block) return block;
    throw new VicunaError(
      'weights-unsupported',
      `Model ${model} keeps its weights as ${block.format}, for inference only: they can be neither trained nor saved. ` +
        "Load it with { weights: 'float32' } for that.",
    );
  });
}
