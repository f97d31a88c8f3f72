import type { BlockLayout } from '../layout.js';
import type { ModelShape } from '../shape.js';
import type { AttentionInput, AttentionOutput } from './attention.js';
import { attentionBackward } from './attention-backward.js';
import type { AttentionPlan } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { Kernels, RopeTensors } from './kernels.js';
import { rmsNormBackward, rmsNormForward } from './norm.js';
import type { Operands, ParameterPlace } from './operands.js';

// T tokens, C hidden size, H query heads, K key heads, D head size, E = (H + 2K) * D, F ffn size, S cached and new keys.

/** Where a layer's parameters lie; queries, keys and values as one matrix. */
export interface LayerPlaces {
  readonly attentionNorm: ParameterPlace;
  readonly queryKeyValue: ParameterPlace;
  readonly attentionOutput: ParameterPlace;
  readonly feedForwardNorm: ParameterPlace;
  readonly gate: ParameterPlace;
  readonly up: ParameterPlace;
  readonly down: ParameterPlace;
}

export function layerPlaces({ parameters }: BlockLayout): LayerPlaces {
  const place = (parameter: string): ParameterPlace =>
    parameters.find(({ name }) => name.endsWith(`.${parameter}.weight`))!;
  const query = place('q_proj');
  const rows = query.shape[0]! + place('k_proj').shape[0]! + place('v_proj').shape[0]!;
  return {
    attentionNorm: place('input_layernorm'),
    queryKeyValue: { offset: query.offset, shape: [rows, query.shape[1]!] },
    attentionOutput: place('o_proj'),
    feedForwardNorm: place('post_attention_layernorm'),
    gate: place('gate_proj'),
    up: place('up_proj'),
    down: place('down_proj'),
  };
}

/** Everything a layer's computation needs besides its input. */
export interface LayerContext {
  readonly kernels: Kernels;
  readonly shape: ModelShape;
  readonly places: LayerPlaces;
  readonly operands: Operands;
  readonly rope: RopeTensors;
}

export type FeedForwardTensors = {
  /** Residual stream between attention and feed-forward. */
  readonly middle_TC: Tensor;
  readonly gate_TF: Tensor;
  readonly up_TF: Tensor;
};

/** What {@link layerBackward} reads of a layer's forward. Everything else it makes again, which is cheap. */
export type ActivationTensors = AttentionInput & AttentionOutput & FeedForwardTensors;

/** A layer's rotated and scaled queries, rotated keys, and values. */
export function layerHeads({ kernels, shape, places, operands, rope }: LayerContext, input_TC: Tensor): AttentionInput {
  const { tf } = kernels.device;
  const { heads, keyValueHeads, headSize } = shape;
  const tokens = input_TC.shape[0]!;
  const attentionNorm = operands.weight(places.attentionNorm);
  const normalised_TC = rmsNormForward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon);
  const projected_TE = operands.forward(normalised_TC, places.queryKeyValue);
  const all = kernels.splitHeads(projected_TE, heads + 2 * keyValueHeads);
  const rotated = kernels.rotate(
    kernels.slice(all, [0, 0, 0], [heads + keyValueHeads, tokens, headSize]),
    rope,
    'forward',
  );
  return {
    q_HTD: tf.mul(kernels.slice(rotated, [0, 0, 0], [heads, tokens, headSize]), 1 / Math.sqrt(headSize)),
    k_KSD: kernels.slice(rotated, [heads, 0, 0], [keyValueHeads, tokens, headSize]),
    v_KSD: kernels.slice(all, [heads + keyValueHeads, 0, 0], [keyValueHeads, tokens, headSize]),
  };
}

/** The part of a layer after attention, up to what its last product needs. */
export function layerActivations<Attended extends Pick<AttentionOutput, 'output_HTD'>>(
  context: LayerContext,
  input_TC: Tensor,
  heads: AttentionInput,
  attended: Attended,
): AttentionInput & Attended & FeedForwardTensors {
  const { kernels, shape, places, operands } = context;
  const { tf } = kernels.device;
  const projected_TC = operands.forward(kernels.mergeHeads(attended.output_HTD), places.attentionOutput);
  const middle_TC = tf.add(input_TC, projected_TC);
  const feedForwardNorm = operands.weight(places.feedForwardNorm);
  const normalised_TC = rmsNormForward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon);
  return {
    ...heads,
    ...attended,
    middle_TC,
    gate_TF: operands.forward(normalised_TC, places.gate),
    up_TF: operands.forward(normalised_TC, places.up),
  };
}

/** @returns the layer's output `[T, C]` */
export function layerOutput({ kernels, places, operands }: LayerContext, kept: FeedForwardTensors): Tensor {
  const { tf } = kernels.device;
  const hidden_TF = kernels.gate(kept.gate_TF, kept.up_TF);
  return tf.add(kept.middle_TC, operands.forward(hidden_TF, places.down));
}

export interface LayerGradients {
  readonly input_TC: Tensor;
  /** Of the layer's parameters, in the order of its vector. */
  readonly parameters: readonly Tensor[];
}

export function layerBackward(
  context: LayerContext,
  input_TC: Tensor,
  kept: ActivationTensors,
  attention: AttentionPlan,
  outputGradient_TC: Tensor,
): LayerGradients {
  const { device } = context.kernels;
  const feedForward = device.tidy(() => feedForwardBackward(context, kept, outputGradient_TC));
  const residual = device.tidy(() => attentionBlockBackward(context, input_TC, kept, attention, feedForward.middle_TC));
  return {
    input_TC: residual.input_TC,
    parameters: [...residual.parameters, ...feedForward.parameters],
  };
}

function feedForwardBackward(context: LayerContext, kept: FeedForwardTensors, outputGradient_TC: Tensor) {
  const { kernels, shape, places, operands } = context;
  const { device } = kernels;
  const { tf } = device;
  const { middle_TC, gate_TF, up_TF } = kept;
  const down = device.tidy(() => {
    const gated = kernels.gateBackward(gate_TF, up_TF, operands.backward(outputGradient_TC, places.down));
    return {
      weight: kernels.weightGradient(outputGradient_TC, gated.hidden_TF),
      gate_TF: gated.gate_TF,
      up_TF: gated.up_TF,
    };
  });
  const feedForwardNorm = operands.weight(places.feedForwardNorm);
  const normalised_TC = rmsNormForward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon);
  const normalisedGradient_TC = tf.add(
    operands.backward(down.gate_TF, places.gate),
    operands.backward(down.up_TF, places.up),
  );
  const norm = rmsNormBackward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon, normalisedGradient_TC);
  return {
    middle_TC: tf.add(outputGradient_TC, norm.inputGradient_TC),
    parameters: [
      norm.weightGradient_C,
      kernels.weightGradient(down.gate_TF, normalised_TC),
      kernels.weightGradient(down.up_TF, normalised_TC),
      down.weight,
    ],
  };
}

function attentionBlockBackward(
  context: LayerContext,
  input_TC: Tensor,
  kept: AttentionInput & AttentionOutput,
  attention: AttentionPlan,
  middleGradient_TC: Tensor,
) {
  const { kernels, shape, places, operands, rope } = context;
  const { device } = kernels;
  const { tf } = device;
  const outputWeight = kernels.weightGradient(middleGradient_TC, kernels.mergeHeads(kept.output_HTD));
  const projectedGradient_TE = device.tidy(() => {
    const outputGradient_HTD = kernels.splitHeads(
      operands.backward(middleGradient_TC, places.attentionOutput),
      shape.heads,
    );
    const gradient = attentionBackward(kernels, kept, kept, outputGradient_HTD, attention);
    const queryGradient_HTD = tf.mul(gradient.q_HTD, 1 / Math.sqrt(shape.headSize));
    const rotatedGradient = kernels.rotate(tf.concat([queryGradient_HTD, gradient.k_KSD], 0), rope, 'backward');
    return kernels.mergeHeads(tf.concat([rotatedGradient, gradient.v_KSD], 0));
  });
  const attentionNorm = operands.weight(places.attentionNorm);
  const normalised_TC = rmsNormForward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon);
  const normalisedGradient_TC = operands.backward(projectedGradient_TE, places.queryKeyValue);
  const norm = rmsNormBackward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon, normalisedGradient_TC);
  return {
    input_TC: tf.add(middleGradient_TC, norm.inputGradient_TC),
    parameters: [norm.weightGradient_C, kernels.weightGradient(projectedGradient_TE, normalised_TC), outputWeight],
  };
}
