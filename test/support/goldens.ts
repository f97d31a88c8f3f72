import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ModelShape, modelBlocks, type PackedBatch, type RopeShape } from '../../src/engine/index.js';
import { readSafetensors, type StoredTensor } from './safetensors.js';
import { numericsDirectory } from './shared-data.js';

/** The tiny models that transformers computed the goldens with. */
export const goldenModels = ['tiny-llama-mha', 'tiny-llama-gqa-tied', 'tiny-llama-linear-rope'] as const;
export type GoldenModelName = (typeof goldenModels)[number];

/** Largest differences allowed, from the goldens' own comparison of correct implementations. */
export const tolerance = {
  logits: 5e-5,
  tokenLoss: 5e-5,
  meanLoss: 5e-6,
  gradient: 5e-6,
  gradientRelative: 1e-5,
  trajectoryLoss: 2e-5,
  gradientNormRelative: 1e-5,
  parameters: 3e-4,
  parametersRelative: 1e-5,
} as const;

interface HuggingFaceConfig {
  vocab_size: number;
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  intermediate_size: number;
  rms_norm_eps: number;
  tie_word_embeddings: boolean;
  rope_parameters: {
    rope_theta: number;
    rope_type: string;
    factor?: number;
    low_freq_factor?: number;
    high_freq_factor?: number;
    original_max_position_embeddings?: number;
  };
}

export interface GoldenGradient {
  shape: number[];
  norm: number;
  sum: number;
  abs_sum: number;
  first8: number[];
  last8: number[];
}

export interface GoldenExpectations {
  padded: { lengths: number[]; input_ids: number[][]; labels: number[][] };
  packed: { input_ids: number[]; labels: number[]; segment_lengths: number[] };
  loss: { supervised_tokens: number; sum: number; mean: number; packed_mean: number };
  token_loss: { rows: (number | null)[][] };
  grads: Record<string, GoldenGradient>;
  greedy: { prompt: number[]; tokens: number[]; logprobs: number[] };
  extra: { long?: { input_ids: number[]; mean_loss_all_targets: number } };
}

export interface Golden {
  readonly name: GoldenModelName;
  readonly shape: ModelShape;
  /** Parameters, one flat vector a block. */
  readonly parameters: readonly Float32Array[];
  readonly expected: GoldenExpectations;
  /** Logits and, for one model, every gradient. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

export function loadGolden(name: GoldenModelName): Golden {
  const directory = join(numericsDirectory, name);
  const shape = shapeOf(readJson(join(directory, 'model/config.json')));
  const files = name === 'tiny-llama-gqa-tied' ? ['model-00001-of-00002', 'model-00002-of-00002'] : ['model'];
  const stored = new Map(files.flatMap((file) => [...readSafetensors(join(directory, `model/${file}.safetensors`))]));
  return {
    name,
    shape,
    parameters: blockVectors(shape, stored),
    expected: readJson(join(directory, 'expected.json')),
    tensors: readSafetensors(join(directory, 'expected.safetensors')),
  };
}

/** The packed form of a golden's two sequences. */
export function packedBatch({ packed }: GoldenExpectations): PackedBatch {
  return {
    tokens: Int32Array.from(packed.input_ids),
    labels: Int32Array.from(packed.labels),
    sequenceStarts: Int32Array.from(startsOf(packed.segment_lengths)),
  };
}

/** Where sequences of the given lengths start when they are laid end to end, and where the last ends. */
export function startsOf(lengths: readonly number[]): number[] {
  const starts = [0];
  for (const length of lengths) starts.push(starts.at(-1)! + length);
  return starts;
}

/** The padded form: one batch a sequence, without its padding. */
export function separateBatches({ padded }: GoldenExpectations): PackedBatch[] {
  return padded.lengths.map((length, row) => ({
    tokens: Int32Array.from(padded.input_ids[row]!.slice(0, length)),
    labels: Int32Array.from(padded.labels[row]!.slice(0, length)),
    sequenceStarts: Int32Array.of(0, length),
  }));
}

export function blockVectors(shape: ModelShape, tensors: ReadonlyMap<string, StoredTensor>): Float32Array[] {
  return modelBlocks(shape).map((block) => {
    const vector = new Float32Array(block.size);
    for (const { name, offset } of block.parameters) vector.set(tensors.get(name)!.values, offset);
    return vector;
  });
}

/** The parameters inside block vectors, by Hugging Face name. */
export function namedParameters<Values extends Float32Array | Float64Array>(
  shape: ModelShape,
  vectors: readonly Values[],
): { name: string; values: Values }[] {
  return modelBlocks(shape).flatMap((block, index) =>
    block.parameters.map(({ name, offset, size }) => ({
      name,
      values: vectors[index]!.subarray(offset, offset + size) as Values,
    })),
  );
}

export function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(path, 'utf8')) as Content;
}

function shapeOf(config: HuggingFaceConfig): ModelShape {
  return {
    vocabularySize: config.vocab_size,
    hiddenSize: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads,
    headSize: config.head_dim,
    ffnSize: config.intermediate_size,
    rmsNormEpsilon: config.rms_norm_eps,
    rope: ropeOf(config.rope_parameters),
    tiedEmbeddings: config.tie_word_embeddings,
  };
}

function ropeOf(rope: HuggingFaceConfig['rope_parameters']): RopeShape {
  const theta = rope.rope_theta;
  if (rope.rope_type === 'linear') return { theta, scaling: { type: 'linear', factor: rope.factor! } };
  if (rope.rope_type !== 'llama3') return { theta };
  return {
    theta,
    scaling: {
      type: 'llama3',
      factor: rope.factor!,
      lowFrequencyFactor: rope.low_freq_factor!,
      highFrequencyFactor: rope.high_freq_factor!,
      originalContext: rope.original_max_position_embeddings!,
    },
  };
}
