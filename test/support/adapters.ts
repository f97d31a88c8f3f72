import { Random } from '../../src/core/index.js';
import { dropoutMask } from '../../src/engine/dropout.js';
import {
  type Engine,
  type LayerAdapter,
  loraBlocks,
  type ModelShape,
  type PackedBatch,
  type ResolvedLoraConfig,
  type Vector,
} from '../../src/engine/index.js';
import type { PlainAdapter } from './plain-transformer.js';

/** An adapter of a whole model: a flat vector a layer, and the seeds that its layers drop by. */
export interface Adapter {
  readonly lora: ResolvedLoraConfig;
  readonly vectors: readonly Float32Array[];
  readonly dropoutSeeds?: readonly number[] | undefined;
}

/** Random A and B, both away from zero, and dropout where the configuration asks for it. */
export function randomAdapter(shape: ModelShape, lora: ResolvedLoraConfig, seed: number): Adapter {
  const random = Random.fromSeed(seed, 'adapter');
  const vectors = loraBlocks(shape, lora).map(({ parameters, size }) => {
    const vector = new Float32Array(size);
    for (const { offset, size: count, shape: extents } of parameters)
      for (let i = offset; i < offset + count; i++) vector[i] = random.normal() / Math.sqrt(extents[1]!);
    return vector;
  });
  return { lora, vectors, dropoutSeeds: lora.dropout > 0 ? vectors.map(() => random.uint32()) : undefined };
}

/** The same adapter for the plain definition, its masks written out. */
export function plainAdapter({ lora, vectors, dropoutSeeds }: Adapter, batch: PackedBatch): PlainAdapter {
  if (dropoutSeeds === undefined) return { lora, vectors };
  const places = tokenPlaces(batch);
  return {
    lora,
    vectors,
    mask: (layer, target, columns) =>
      dropoutMask({ rate: lora.dropout, seed: dropoutSeeds[layer]!, target }, places, columns),
  };
}

/** An adapter on an engine, with gradients that start at zero. */
export async function withAdapters<Result>(
  engine: Engine,
  { lora, vectors, dropoutSeeds }: Adapter,
  work: (adapters: readonly (LayerAdapter & { readonly gradient: Vector })[]) => Promise<Result>,
): Promise<Result> {
  const parameters = await Promise.all(vectors.map((values) => engine.upload(values)));
  const gradients = await Promise.all(vectors.map(({ length }) => engine.zeros(length)));
  try {
    return await work(
      parameters.map((vector, layer) => ({
        lora,
        parameters: vector,
        gradient: gradients[layer]!,
        dropoutSeed: dropoutSeeds?.[layer],
      })),
    );
  } finally {
    engine.release(...parameters, ...gradients);
  }
}

function tokenPlaces({ tokens, sequenceStarts, sequenceIds }: PackedBatch) {
  const [ids, positions] = [new Int32Array(tokens.length), new Int32Array(tokens.length)];
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++)
    for (let token = sequenceStarts[sequence]!; token < sequenceStarts[sequence + 1]!; token++) {
      ids[token] = sequenceIds?.[sequence] ?? sequence;
      positions[token] = token - sequenceStarts[sequence]!;
    }
  return { sequenceIds: ids, positions };
}
