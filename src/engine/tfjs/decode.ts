import { VicunaError } from '../../core/index.js';
import type { ModelShape } from '../shape.js';
import { type AttentionInput, attentionForward } from './attention.js';
import { type AttentionPlan, planDecodeAttention } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { LayerCache, TfjsCache } from './handles.js';
import { type HeadContext, headLogits } from './head.js';
import { type LayerPlaces, layerActivations, layerHeads, layerOutput } from './layer.js';
import { LayerLora } from './lora.js';
import type { Runtime } from './runtime.js';
import { type TensorScope, withTensorScope } from './tensor-scope.js';
import { uploadRope } from './upload.js';
import type { TfjsVector } from './vector.js';

// T new tokens of all sequences together, S keys of one sequence, C hidden size, H query heads, K key heads, D head size.

export interface DecodeJob {
  readonly runtime: Runtime;
  readonly shape: ModelShape;
  readonly places: LayerPlaces;
  readonly frequencies: Float32Array;
  readonly embedding: TfjsVector;
  readonly layers: readonly TfjsVector[];
  readonly head: () => HeadContext;
  readonly requests: readonly DecodeInput[];
}

export interface DecodeInput {
  readonly cache: TfjsCache;
  readonly tokens: Int32Array;
}

/** One sequence's part of the packed new tokens. */
interface DecodeSequence extends DecodeInput {
  readonly start: number;
  readonly end: number;
  readonly attention: AttentionPlan;
  /** What its cache will hold, layer by layer. */
  readonly layers: LayerCache[];
}

/**
 * One decoding step of several sequences. Linear maps see all new tokens as one matrix; attention goes sequence by
 * sequence over its own cache. Caches change only when everything has been computed.
 */
export async function decode(job: DecodeJob): Promise<Float32Array[]> {
  const { runtime, requests } = job;
  if (requests.length === 0) return [];
  assertRequests(job);
  return withTensorScope(runtime.device, (scope) => decodeStep(job, scope));
}

async function decodeStep(job: DecodeJob, scope: TensorScope): Promise<Float32Array[]> {
  const { runtime, requests } = job;
  const { device, kernels } = runtime;
  const sequences: DecodeSequence[] = [];
  const rope = runtime.compute('decoding of the embedding', () => {
    for (const { cache, tokens } of requests) {
      const start = sequences.at(-1)?.end ?? 0;
      const attention = planDecodeAttention(cache.length, tokens.length, kernels.tileSizes);
      sequences.push({ cache, tokens, start, end: start + tokens.length, attention, layers: [] });
    }
    const { cosine_TD, sine_TD } = uploadRope(device, job.frequencies, positionsOf(requests));
    return { cosine_TD: scope.hold(cosine_TD), sine_TD: scope.hold(sine_TD) };
  });
  let x_TC = runtime.compute('decoding of the embedding', () => scope.hold(embed(job)));
  for (const [index, parameters] of job.layers.entries()) {
    await runtime.turn();
    const output_TC = runtime.compute(`decoding of layer ${index}`, () => {
      const operands = runtime.operands.of(parameters);
      const lora = new LayerLora(kernels, job.shape);
      const context = { kernels, shape: job.shape, places: job.places, operands, rope, lora };
      const heads = layerHeads(context, x_TC);
      const attended = attendCached(runtime, heads, sequences, index, scope);
      return scope.hold(layerOutput(context, layerActivations(context, x_TC, heads, attended)));
    });
    scope.free(x_TC);
    x_TC = output_TC;
  }
  await runtime.turn();
  return runtime.compute('decoding of the head', () => {
    const last_RC = kernels.gatherRows(
      x_TC,
      Int32Array.from(sequences, ({ end }) => end - 1),
    );
    const logits = kernels.read(headLogits(job.head(), last_RC));
    for (const { cache, layers } of sequences) {
      for (const tensor of layers.flatMap(Object.values<Tensor>)) scope.handOn(tensor);
      cache.replace(layers);
    }
    const { vocabularySize } = job.shape;
    return sequences.map((_, row) => logits.slice(row * vocabularySize, (row + 1) * vocabularySize));
  });
}

function embed({ runtime, shape, embedding, requests }: DecodeJob): Tensor {
  const { kernels, device } = runtime;
  const table_VC = device.tf.reshape(embedding.tensor, [shape.vocabularySize, shape.hiddenSize]);
  return kernels.gatherRows(table_VC, Int32Array.from(requests.flatMap(({ tokens }) => [...tokens])));
}

/** Adds a layer's new keys and values to what the sequences have, and attends to all of them. */
function attendCached(
  { kernels, device }: Runtime,
  { q_HTD, k_KSD, v_KSD }: AttentionInput,
  sequences: readonly DecodeSequence[],
  layer: number,
  scope: TensorScope,
): { output_HTD: Tensor } {
  const { tf } = device;
  const outputs = sequences.map(({ cache, start, end, attention, layers }) => {
    const ofSequence = (x: Tensor) => kernels.slice(x, [0, start, 0], [x.shape[0]!, end - start, x.shape[2]!]);
    const known = cache.layers[layer];
    const append = (past: Tensor | undefined, now: Tensor) =>
      scope.hold(past === undefined ? ofSequence(now) : tf.concat([past, ofSequence(now)], 1));
    const grown = { k_KSD: append(known?.k_KSD, k_KSD), v_KSD: append(known?.v_KSD, v_KSD) };
    layers.push(grown);
    return attentionForward(kernels, { q_HTD: ofSequence(q_HTD), ...grown }, attention).output_HTD;
  });
  return { output_HTD: outputs.length === 1 ? outputs[0]! : tf.concat(outputs, 1) };
}

function positionsOf(requests: readonly DecodeInput[]): Int32Array {
  return Int32Array.from(
    requests.flatMap(({ cache, tokens }) => Array.from(tokens, (_, index) => cache.length + index)),
  );
}

function assertRequests({ requests, shape }: DecodeJob): void {
  for (const [index, { cache, tokens }] of requests.entries()) {
    const fail = (problem: string) => {
      throw new VicunaError('engine-failed', `Decode request ${index} cannot be computed: ${problem}.`);
    };
    if (tokens.length === 0) fail('it has no tokens');
    for (const token of tokens)
      if (token < 0 || token >= shape.vocabularySize)
        fail(`token ${token} is outside the vocabulary of ${shape.vocabularySize}`);
    if (requests.findIndex((other) => other.cache === cache) !== index) fail('an earlier request has the same cache');
    if (cache.length + tokens.length > cache.capacity)
      throw new VicunaError(
        'context-overflow',
        `A cache for ${cache.capacity} tokens holds ${cache.length}; ${tokens.length} more do not fit. ` +
          'Create a larger cache, truncate this one, or send fewer tokens.',
      );
  }
}
