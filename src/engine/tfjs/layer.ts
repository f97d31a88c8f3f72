import type { BlockLayout } from '../layout.js';
import type { ModelShape } from '../shape.js';
import type { AttentionInput, AttentionOutput } from './attention.js';
import { attentionBackward } from './attention-backward.js';
import type { AttentionPlan } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { Kernels, RopeTensors } from './kernels.js';
import { inVectorOrder, type LayerLora, type LinearGroup } from './lora.js';
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
  readonly lora: LayerLora;
}

const QUERY_KEY_VALUE: LinearGroup = ['q_proj', 'k_proj', 'v_proj'];

export type FeedForwardTensors = {
  /** Residual stream between attention and feed-forward. */
  readonly middle_TC: Tensor;
  readonly gate_TF: Tensor;
  readonly up_TF: Tensor;
};

/** What {@link layerBackward} reads of a layer's forward. Everything else it makes again, which is cheap. */
export type ActivationTensors = AttentionInput & AttentionOutput & FeedForwardTensors;

/** A layer's rotated and scaled queries, rotated keys, and values. */
export function layerHeads(context: LayerContext, input_TC: Tensor): AttentionInput {
  const { kernels, shape, places, operands, rope, lora } = context;
  const { tf } = kernels.device;
  const { heads, keyValueHeads, headSize } = shape;
  const tokens = input_TC.shape[0]!;
  const attentionNorm = operands.weight(places.attentionNorm);
  const normalised_TC = rmsNormForward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon);
  const base_TE = operands.forward(normalised_TC, places.queryKeyValue);
  const projected_TE = lora.forward(QUERY_KEY_VALUE, normalised_TC, base_TE);
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
  const { kernels, shape, places, operands, lora } = context;
  const { tf } = kernels.device;
  const attended_TE = kernels.mergeHeads(attended.output_HTD);
  const projected_TC = lora.forward(['o_proj'], attended_TE, operands.forward(attended_TE, places.attentionOutput));
  const middle_TC = tf.add(input_TC, projected_TC);
  const feedForwardNorm = operands.weight(places.feedForwardNorm);
  const normalised_TC = rmsNormForward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon);
  return {
    ...heads,
    ...attended,
    middle_TC,
    gate_TF: lora.forward(['gate_proj'], normalised_TC, operands.forward(normalised_TC, places.gate)),
    up_TF: lora.forward(['up_proj'], normalised_TC, operands.forward(normalised_TC, places.up)),
  };
}

/** @returns the layer's output `[T, C]` */
export function layerOutput({ kernels, places, operands, lora }: LayerContext, kept: FeedForwardTensors): Tensor {
  const { tf } = kernels.device;
  const hidden_TF = kernels.gate(kept.gate_TF, kept.up_TF);
  const down_TC = lora.forward(['down_proj'], hidden_TF, operands.forward(hidden_TF, places.down));
  return tf.add(kept.middle_TC, down_TC);
}

export interface LayerGradients {
  readonly input_TC: Tensor;
  /** Of the layer's parameters, in the order of its vector; none where it is frozen. */
  readonly parameters: readonly Tensor[];
  /** Of the adapter's, in the order of its vector; none where they are not wanted. */
  readonly adapter: readonly Tensor[];
}

export function layerBackward(
  context: LayerContext,
  input_TC: Tensor,
  kept: ActivationTensors,
  attention: AttentionPlan,
  outputGradient_TC: Tensor,
  isFrozen: boolean,
): LayerGradients {
  const { device } = context.kernels;
  const feedForward = device.tidy(() => feedForwardBackward(context, kept, outputGradient_TC, isFrozen));
  const residual = device.tidy(() =>
    attentionBlockBackward(context, input_TC, kept, attention, feedForward.middle_TC, isFrozen),
  );
  return {
    input_TC: residual.input_TC,
    parameters: [...residual.parameters, ...feedForward.parameters],
    adapter: inVectorOrder({ ...residual.adapter, ...feedForward.adapter }),
  };
}

function feedForwardBackward(
  context: LayerContext,
  kept: FeedForwardTensors,
  outputGradient_TC: Tensor,
  isFrozen: boolean,
) {
  const { kernels, shape, places, operands, lora } = context;
  const { device } = kernels;
  const { tf } = device;
  const { middle_TC, gate_TF, up_TF } = kept;
  const down = device.tidy(() => {
    const adapted = lora.backward(['down_proj'], () => kernels.gate(gate_TF, up_TF), outputGradient_TC);
    const hiddenGradient_TF = sum(kernels, operands.backward(outputGradient_TC, places.down), adapted.input_TI);
    const gated = kernels.gateBackward(gate_TF, up_TF, hiddenGradient_TF);
    return {
      weight: isFrozen ? undefined : kernels.weightGradient(outputGradient_TC, gated.hidden_TF),
      gate_TF: gated.gate_TF,
      up_TF: gated.up_TF,
      adapter: adapted.gradients,
    };
  });
  const feedForwardNorm = operands.weight(places.feedForwardNorm);
  const normalised_TC = rmsNormForward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon);
  const gate = lora.backward(['gate_proj'], () => normalised_TC, down.gate_TF);
  const up = lora.backward(['up_proj'], () => normalised_TC, down.up_TF);
  const normalisedGradient_TC = tf.add(
    sum(kernels, operands.backward(down.gate_TF, places.gate), gate.input_TI),
    sum(kernels, operands.backward(down.up_TF, places.up), up.input_TI),
  );
  const norm = rmsNormBackward(kernels, middle_TC, feedForwardNorm, shape.rmsNormEpsilon, normalisedGradient_TC);
  return {
    middle_TC: tf.add(outputGradient_TC, norm.inputGradient_TC),
    adapter: { ...gate.gradients, ...up.gradients, ...down.adapter },
    parameters:
      down.weight === undefined
        ? []
        : [
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
  isFrozen: boolean,
) {
  const { kernels, shape, places, operands, rope, lora } = context;
  const { device } = kernels;
  const { tf } = device;
  const attended_TE = kernels.mergeHeads(kept.output_HTD);
  const outputWeight = isFrozen ? undefined : kernels.weightGradient(middleGradient_TC, attended_TE);
  const output = lora.backward(['o_proj'], () => attended_TE, middleGradient_TC);
  const projectedGradient_TE = device.tidy(() => {
    const outputGradient_HTD = kernels.splitHeads(
      sum(kernels, operands.backward(middleGradient_TC, places.attentionOutput), output.input_TI),
      shape.heads,
    );
    const gradient = attentionBackward(kernels, kept, kept, outputGradient_HTD, attention);
    const queryGradient_HTD = tf.mul(gradient.q_HTD, 1 / Math.sqrt(shape.headSize));
    const rotatedGradient = kernels.rotate(tf.concat([queryGradient_HTD, gradient.k_KSD], 0), rope, 'backward');
    return kernels.mergeHeads(tf.concat([rotatedGradient, gradient.v_KSD], 0));
  });
  const attentionNorm = operands.weight(places.attentionNorm);
  const normalised_TC = rmsNormForward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon);
  const projected = lora.backward(QUERY_KEY_VALUE, () => normalised_TC, projectedGradient_TE);
  const baseGradient_TC = operands.backward(projectedGradient_TE, places.queryKeyValue);
  const normalisedGradient_TC = sum(kernels, baseGradient_TC, projected.input_TI);
  const norm = rmsNormBackward(kernels, input_TC, attentionNorm, shape.rmsNormEpsilon, normalisedGradient_TC);
  return {
    input_TC: tf.add(middleGradient_TC, norm.inputGradient_TC),
    adapter: { ...projected.gradients, ...output.gradients },
    parameters:
      outputWeight === undefined
        ? []
        : [norm.weightGradient_C, kernels.weightGradient(projectedGradient_TE, normalised_TC), outputWeight],
  };
}

/** @param share - what an adapter adds, where there is one. */
function sum({ device }: Kernels, gradient_TC: Tensor, share_TC: Tensor | undefined): Tensor {
  return share_TC === undefined ? gradient_TC : device.tf.add(gradient_TC, share_TC);
}
