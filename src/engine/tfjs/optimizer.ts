import type { AdamWUpdate } from '../engine.js';
import type { Tensor, TensorFlowModule } from './device.js';
import type { TfjsVector } from './vector.js';

/** An update whose vectors are this engine's. */
export interface AdamWTensors extends AdamWUpdate {
  readonly parameters: TfjsVector;
  readonly gradient: TfjsVector;
  readonly firstMoment: TfjsVector;
  readonly secondMoment: TfjsVector;
}

/** Squares added up in float32 before the sums are added in float64. */
const SUM_ROW = 1024;

/** Sum of squares, as exactly as a device allows that adds in float32: short rows there, their sums here. */
export function sumOfSquares(tf: TensorFlowModule, vector: TfjsVector): number {
  const flat = tf.reshape(vector.tensor, [vector.length]);
  const whole = Math.floor(vector.length / SUM_ROW) * SUM_ROW;
  let sum = 0;
  for (const [start, rows, width] of [
    [0, whole / SUM_ROW, SUM_ROW],
    [whole, 1, vector.length - whole],
  ] as const) {
    if (rows * width === 0) continue;
    const part = tf.reshape(tf.slice(flat, [start], [rows * width]), [rows, width]);
    for (const rowSum of tf.sum(tf.square(part), -1).dataSync()) sum += rowSum;
  }
  return sum;
}

/** An update in operations of the library, for devices that keep their numbers to themselves. */
export function adamw(tf: TensorFlowModule, update: AdamWTensors): void {
  const { parameters, firstMoment, secondMoment, beta1, beta2, step } = update;
  const size = [parameters.length];
  const gradient = tf.mul(tf.reshape(update.gradient.tensor, size), update.gradientScale);
  const first = tf.add(tf.mul(tf.reshape(firstMoment.tensor, size), beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(tf.reshape(secondMoment.tensor, size), beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const deviation = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** step)), update.epsilon);
  const change = tf.mul(tf.div(first, deviation), update.learningRate / (1 - beta1 ** step));
  const decayed = decay(tf, update);
  firstMoment.replace(tf.keep(first));
  secondMoment.replace(tf.keep(second));
  parameters.replace(tf.keep(tf.sub(decayed, change)));
}

function decay(tf: TensorFlowModule, { parameters, decayRanges, learningRate, weightDecay }: AdamWTensors): Tensor {
  const flat = tf.reshape(parameters.tensor, [parameters.length]);
  const factor = 1 - learningRate * weightDecay;
  if (factor === 1 || parameters.length === 0) return flat;
  if (decayRanges === undefined) return tf.mul(flat, factor);
  const pieces: Tensor[] = [];
  let reached = 0;
  const keepUpTo = (end: number) => {
    if (end > reached) pieces.push(tf.slice(flat, [reached], [end - reached]));
  };
  for (const [start, end] of decayRanges) {
    keepUpTo(start);
    if (end > start) pieces.push(tf.mul(tf.slice(flat, [start], [end - start]), factor));
    reached = end;
  }
  keepUpTo(parameters.length);
  return tf.concat(pieces, 0);
}
