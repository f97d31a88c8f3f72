import type { Tensor, TensorFlowModule } from './device.js';
import type { Kernels } from './kernels.js';

// T tokens, C hidden size.

/** Root mean square normalisation (Zhang and Sennrich 2019). */
export function rmsNormForward(tf: TensorFlowModule, x_TC: Tensor, weight_C: Tensor, epsilon: number): Tensor {
  return tf.mul(tf.mul(x_TC, inverseRootMeanSquare(tf, x_TC, epsilon)), weight_C);
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
  const inverse_T1 = inverseRootMeanSquare(tf, x_TC, epsilon);
  const normalised_TC = tf.mul(x_TC, inverse_T1);
  const product_TC = tf.mul(outputGradient_TC, normalised_TC);
  const scaled_TC = tf.mul(outputGradient_TC, weight_C);
  const projection_T1 = tf.mean(tf.mul(product_TC, weight_C), -1, true);
  return {
    inputGradient_TC: tf.mul(inverse_T1, tf.sub(scaled_TC, tf.mul(normalised_TC, projection_T1))),
    weightGradient_C: kernels.columnSums(product_TC),
  };
}

function inverseRootMeanSquare(tf: TensorFlowModule, x_TC: Tensor, epsilon: number): Tensor {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x_TC), -1, true), epsilon));
}
