import { type BlockLayout, type ModelShape, modelBlocks } from '../engine/index.js';
import { toModelShape } from './config/llama-config.js';
import { loadDescription } from './parts.js';
import { type SaveOptions, saveModel } from './save.js';

/** A model whose weights are elsewhere. */
export interface DescribedWeights {
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  /**
   * Writes the directory that {@link VicunaModel.save} writes, holding one block in memory at a time.
   *
   * @param readBlock - fills in a block of the weights.
   */
  save(
    directory: string,
    readBlock: (block: number, into: Float32Array) => Promise<unknown>,
    options: SaveOptions,
  ): Promise<void>;
}

/**
 * @param directory - written by {@link VicunaModel.describe}, or of a whole model.
 * @throws CheckpointError and VicunaError `model-unsupported`, naming the file.
 */
export async function readDescribedModel(directory: string): Promise<DescribedWeights> {
  const described = await loadDescription(directory, {});
  const shape = toModelShape(described.description.config);
  const blocks = modelBlocks(shape);
  return {
    shape,
    blocks,
    save: (to, readBlock, options) => saveModel(to, { ...described, blocks, readBlock }, options),
  };
}
