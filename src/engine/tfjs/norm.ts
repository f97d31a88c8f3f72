import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';

// T tokens, C hidden size.

/** Root mean square normalisation (Zhang and Sennrich 2019). */
export function rmsNormForward(kernels: Kernels, x_TC: Tensor, weight_C: Tensor, epsilon: number): Tensor {
  const { tf } = kernels.device;
  return tf.mul(tf.mul(x_TC, kernels.inverseRootMeanSquare(x_TC, epsilon)), weight_C);
}

/** @returns gradients of the input and of the weight. */
export function rmsNormBackward(
  kernels: Kernels,
  x_TC: Tensor,
  weight_C: Tensor,
  epsilon: number,
  outputGradient_TC: Tensor,
): { inputGradient_TC: Tensor; weightGradient_C: Tensor } {
  const { tf } = kernels.device;
  const inverse_T1 = kernels.inverseRootMeanSquare(x_TC, epsilon);
  const normalised_TC = tf.mul(x_TC, inverse_T1);
  const scaled_TC = tf.mul(outputGradient_TC, weight_C);
  const projection_T1 = tf.div(kernels.rowDots(scaled_TC, normalised_TC), x_TC.shape[1]!);
  return {
    inputGradient_TC: tf.mul(inverse_T1, tf.sub(scaled_TC, tf.mul(normalised_TC, projection_T1))),
    weightGradient_C: kernels.columnSums(tf.mul(outputGradient_TC, normalised_TC)),
  };
}
