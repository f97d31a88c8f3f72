import { join } from 'node:path';
import { type CallOptions, TemporaryFloats } from '../../core/index.js';
import type { BlockLayout, ParameterSlice } from '../../engine/index.js';
import { writeFileAtomic } from '../../io/index.js';
import { type WeightDtype, weightBytes } from '../safetensors/dtype.js';
import { writeSafetensors } from '../safetensors/writer.js';
import { INDEX_FILE } from './locate-weights.js';
import { planShards } from './shards.js';

export interface WriteWeightsOptions extends CallOptions {
  readonly dtype: WeightDtype;
  /** Largest file in bytes; what is longer is split over several, with an index. */
  readonly maximumShardBytes: number;
}

interface Part extends ParameterSlice {
  readonly block: number;
  readonly bytes: number;
}

/**
 * Writes a model's blocks as transformers does: `model.safetensors`, or shards and their index. One block is held at a
 * time.
 *
 * @param read - fills in a block's flat vector; called once for each block, in order.
 */
export async function writeWeights(
  directory: string,
  blocks: readonly BlockLayout[],
  read: (block: number, into: Float32Array) => Promise<unknown>,
  options: WriteWeightsOptions,
): Promise<void> {
  const { dtype, maximumShardBytes, signal, onProgress } = options;
  const parts = blocks.flatMap(({ parameters }, block) =>
    parameters.map((parameter): Part => ({ ...parameter, block, bytes: parameter.size * weightBytes(dtype) })),
  );
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  const shards = planShards(parts, maximumShardBytes);
  let done = 0;
  using buffer = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
  let current = -1;
  for (const { file, tensors } of shards) {
    const valuesOf = async ({ block, offset, size }: Part) => {
      const values = buffer.first(blocks[block]!.size);
      if (current !== block) await read(block, values);
      current = block;
      return values.subarray(offset, offset + size);
    };
    const onWritten = (elements: number) => {
      done += elements;
      onProgress?.({ phase: 'save', done, total });
    };
    await writeSafetensors(join(directory, file), tensors, valuesOf, { dtype, signal, onWritten });
  }
  if (shards.length === 1) return;
  const names = shards.flatMap(({ file, tensors }) => tensors.map(({ name }) => [name, file] as const));
  const index = {
    metadata: { total_parameters: total, total_size: total * weightBytes(dtype) },
    weight_map: Object.fromEntries(names.sort(([left], [right]) => (left < right ? -1 : 1))),
  };
  await writeFileAtomic(join(directory, INDEX_FILE), `${JSON.stringify(index, null, 2)}\n`);
}
