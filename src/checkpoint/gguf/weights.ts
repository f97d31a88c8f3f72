import { type BlockLayout, type ModelShape, modelBlocks } from '../../engine/index.js';
import { CheckpointError, listNames } from '../errors.js';
import type { GgufFile } from './file.js';
import { ggufName, ROPE_FACTORS, rotatedHeads, separateHalves } from './llama-tensors.js';

/** Tables of rotations that early conversions stored; they follow from the configuration. */
const DERIVED = /(^|\.)(attn_rot_embd|rope_freqs)\.weight$/;

/**
 * The weights of a LLaMA in a GGUF file, read block by block into the layout of {@link modelBlocks}: rows of queries and
 * keys in Hugging Face's order, everything as float32.
 */
export class GgufWeights implements AsyncDisposable {
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  readonly #file: GgufFile;

  private constructor(file: GgufFile, shape: ModelShape) {
    this.shape = shape;
    this.blocks = modelBlocks(shape);
    this.#file = file;
  }

  /**
   * @param file - disposed of with the weights.
   * @throws CheckpointError naming tensors that are missing, unexpected, or not of the shape the metadata says.
   */
  static create(file: GgufFile, shape: ModelShape): GgufWeights {
    const weights = new GgufWeights(file, shape);
    assertComplete(file, weights.blocks);
    return weights;
  }

  /**
   * Reads one block.
   *
   * @param into - the block's flat vector, filled and returned.
   */
  async read(block: BlockLayout, into: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    for (const parameter of block.parameters) {
      const { name, offset, size } = parameter;
      const values = await this.#file.read(ggufName(name), into.subarray(offset, offset + size), signal);
      const heads = rotatedHeads(parameter, this.shape);
      if (heads > 0) separateHalves(values, heads, this.shape.headSize);
    }
    return into;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }
}

function assertComplete({ path: file, tensors }: GgufFile, blocks: readonly BlockLayout[]): void {
  const parameters = blocks.flatMap((block) => block.parameters);
  const expected = new Set(parameters.map(({ name }) => ggufName(name)));
  const missing = [...expected].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !expected.has(name) && !DERIVED.test(name));
  const problems = [
    missing.length > 0 ? `these tensors are missing: ${listNames(missing)}.` : '',
    unexpected.length > 0 ? `these tensors belong to no LLaMA: ${listNames(unexpected)}.` : '',
  ].filter((problem) => problem !== '');
  if (problems.length > 0)
    throw new CheckpointError(
      { file },
      `${problems.join(' ')} Name a file that holds a whole LLaMA; one that was split has to be merged first (llama-gguf-split --merge).`,
    );
  for (const { name, shape } of parameters) {
    const stored = ggufName(name);
    const actual = tensors.get(stored)!.shape;
    if (actual.length === shape.length && actual.every((extent, axis) => extent === shape[axis])) continue;
    throw new CheckpointError(
      { file, tensor: stored },
      `its shape is [${actual.join(', ')}], but the metadata asks for [${shape.join(', ')}]. Fetch the file again.`,
    );
  }
}

/** Reads what LLaMA 3's rope divides each pair's rotation by, `[D / 2]`; `undefined` where the file has none. */
export async function readRopeFactors(file: GgufFile): Promise<Float32Array | undefined> {
  const tensor = file.tensors.get(ROPE_FACTORS);
  // As many as the largest head there is has pairs: a forged one would have to be read whole.
  if (tensor === undefined || tensor.size > 2 ** 20) return undefined;
  return file.read(ROPE_FACTORS, new Float32Array(tensor.size));
}
