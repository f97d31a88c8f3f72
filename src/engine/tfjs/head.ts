import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';
import { rmsNormBackward, rmsNormForward } from './norm.js';
import type { Operands, ParameterPlace } from './operands.js';

// R rows with something to predict, C hidden size, V vocabulary size.

export interface HeadContext {
  readonly kernels: Kernels;
  /** Where the final norm's weight comes from. */
  readonly norm: Operands;
  readonly normPlace: ParameterPlace;
  /** Where the matrix `[V, C]` comes from: the head's vector, or the embedding's when they are tied. */
  readonly matrix: Operands;
  readonly matrixPlace: ParameterPlace;
  readonly epsilon: number;
}

/** @returns logits `[R, V]` of rows of the head's input. */
export function headLogits(context: HeadContext, input_RC: Tensor): Tensor {
  const normalised_RC = finalNorm(context, input_RC);
  return context.matrix.forward(normalised_RC, context.matrixPlace);
}

export interface ChunkLoss {
  /** Losses of the rows, `[R]`. */
  readonly losses_R: Tensor;
  readonly gradients: ChunkGradients | undefined;
}

export interface ChunkGradients {
  readonly input_RC: Tensor;
  readonly norm_C: Tensor;
  /** Absent where the head is frozen. */
  readonly matrix_VC?: Tensor;
}

/**
 * Cross-entropy of a chunk of rows and its gradients.
 *
 * @param gradientScale - `undefined` when no gradient is wanted.
 */
export function headChunk(
  context: HeadContext,
  input_RC: Tensor,
  targets: Int32Array,
  gradientScale: number | undefined,
  isFrozen: boolean,
): ChunkLoss {
  const { kernels } = context;
  const { device } = kernels;
  const { tf } = device;
  const normalised_RC = finalNorm(context, input_RC);
  const { losses_R, logitGradient_RV } = device.tidy(() => {
    const logits_RV = context.matrix.forward(normalised_RC, context.matrixPlace);
    // Before the softmax, which may overwrite the logits.
    const targetLogits_R = kernels.pick(logits_RV, targets);
    const softmax = kernels.softmaxStep(tf.expandDims(logits_RV, 0), undefined, undefined);
    const logSumExp_R = tf.reshape(tf.add(softmax.maximum_NR1, tf.log(softmax.sum_NR1)), [targets.length]);
    return {
      losses_R: tf.sub(logSumExp_R, targetLogits_R),
      logitGradient_RV:
        gradientScale === undefined ? undefined : kernels.crossEntropyGradient(softmax, targets, gradientScale),
    };
  });
  if (logitGradient_RV === undefined) return { losses_R, gradients: undefined };
  const normWeight = context.norm.weight(context.normPlace);
  const normalisedGradient_RC = context.matrix.backward(logitGradient_RV, context.matrixPlace);
  const norm = rmsNormBackward(kernels, input_RC, normWeight, context.epsilon, normalisedGradient_RC);
  return {
    losses_R,
    gradients: {
      input_RC: norm.inputGradient_TC,
      norm_C: norm.weightGradient_C,
      ...(!isFrozen && { matrix_VC: kernels.weightGradient(logitGradient_RV, normalised_RC) }),
    },
  };
}

/** @returns `[R, C]` */
export function finalNorm({ kernels, norm, normPlace, epsilon }: HeadContext, input_RC: Tensor): Tensor {
  return rmsNormForward(kernels, input_RC, norm.weight(normPlace), epsilon);
}
