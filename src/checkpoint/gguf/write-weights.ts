import { type CallOptions, TemporaryFloats } from '../../core/index.js';
import { type ModelShape, modelBlocks } from '../../engine/index.js';
import type { WrittenFile } from '../../io/index.js';
import { ggufName, interleaveHalves, ROPE_FACTORS, rotatedHeads } from './llama-tensors.js';
import type { GgufMetadata } from './metadata.js';
import type { GgufWeightType } from './quantize.js';
import { blockOfType } from './tensor-type.js';
import { type GgufTensorToWrite, writeGguf } from './writer.js';

export interface GgufWeightsToWrite {
  readonly metadata: GgufMetadata;
  readonly shape: ModelShape;
  /** Fills in a block's flat vector; called once for each block, in order. */
  readonly readBlock: (block: number, into: Float32Array) => Promise<unknown>;
  /** What each pair's rotation is divided by, where it is. */
  readonly ropeFactors?: Float32Array | undefined;
  /** Of every matrix whose rows are whole blocks of it; others are F16, vectors F32, as llama.cpp has them. */
  readonly type: GgufWeightType;
}

interface Part extends GgufTensorToWrite {
  readonly values: () => Promise<Float32Array> | Float32Array;
}

/** Writes a LLaMA's blocks as the GGUF file that llama.cpp reads. One block is held at a time. */
export async function writeGgufWeights(
  path: string,
  { metadata, shape, readBlock, ropeFactors, type }: GgufWeightsToWrite,
  { signal, onProgress }: CallOptions,
): Promise<WrittenFile> {
  const blocks = modelBlocks(shape);
  using buffer = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
  let current = -1;
  const blockValues = async (block: number): Promise<Float32Array> => {
    const { size, parameters } = blocks[block]!;
    const values = buffer.first(size);
    if (current === block) return values;
    await readBlock(block, values);
    current = block;
    for (const parameter of parameters) {
      const heads = rotatedHeads(parameter, shape);
      const { offset, size } = parameter;
      if (heads > 0) interleaveHalves(values.subarray(offset, offset + size), heads, shape.headSize);
    }
    return values;
  };
  const tensors = blocks.flatMap(({ parameters }, block) =>
    parameters.map(
      ({ name, shape: extents, offset, size }): Part => ({
        name: ggufName(name),
        shape: extents,
        type: typeFor(extents, type),
        values: async () => (await blockValues(block)).subarray(offset, offset + size),
      }),
    ),
  );
  if (ropeFactors !== undefined)
    tensors.unshift({ name: ROPE_FACTORS, shape: [ropeFactors.length], type: 'F32', values: () => ropeFactors });
  const total = blocks.reduce((sum, { size }) => sum + size, ropeFactors?.length ?? 0);
  let done = 0;
  const onWritten = (elements: number) => {
    done += elements;
    onProgress?.({ phase: 'save', done, total });
  };
  return await writeGguf(path, metadata, tensors, (tensor) => tensor.values(), { signal, onWritten });
}

function typeFor(extents: readonly number[], wanted: GgufWeightType): GgufWeightType {
  if (extents.length === 1) return 'F32';
  return extents.at(-1)! % blockOfType(wanted).block === 0 ? wanted : 'F16';
}
