// Loops over numbers in memory with exponentials in them: softmax, cross-entropy, SwiGLU.

/** e^(-i / RESOLUTION), down to where float32 ends. */
const RESOLUTION = 64;
const SMALLEST = -103;
const POWERS = Float64Array.from({ length: -SMALLEST * RESOLUTION + 1 }, (_, i) => Math.exp(-i / RESOLUTION));

/**
 * e^x for x <= 0, to 3e-9: a table and three terms of the series. Four times faster than `Math.exp`, and nearer the truth
 * than the vectorised exponentials of the wasm backend, whose 3e-7 can be seen in a training run's losses.
 */
function exponential(x: number): number {
  if (x < SMALLEST) return 0;
  const steps = -RESOLUTION * x;
  const whole = steps | 0;
  const rest = (whole - steps) / RESOLUTION;
  return POWERS[whole]! * (1 + rest * (1 + rest * (0.5 + rest * (1 / 6))));
}

function sigmoid(x: number): number {
  const small = exponential(-Math.abs(x));
  return x < 0 ? small / (1 + small) : 1 / (1 + small);
}

/** SwiGLU: `gate * sigmoid(gate) * up`. */
export function gate(gates: Float32Array, ups: Float32Array, hidden: Float32Array): void {
  for (let i = 0; i < gates.length; i++) hidden[i] = gates[i]! * sigmoid(gates[i]!) * ups[i]!;
}

/** SwiGLU again, and the gradients of its inputs. */
export function gateBackward(
  gates: Float32Array,
  ups: Float32Array,
  gradients: Float32Array,
  hidden: Float32Array,
  gateGradients: Float32Array,
  upGradients: Float32Array,
): void {
  for (let i = 0; i < gates.length; i++) {
    const share = sigmoid(gates[i]!);
    const silu = gates[i]! * share;
    hidden[i] = silu * ups[i]!;
    upGradients[i] = gradients[i]! * silu;
    // The derivative of x s(x) is s + x s (1 - s).
    gateGradients[i] = gradients[i]! * ups[i]! * (share + silu - silu * share);
  }
}

/** The keys `[from, to)` that each query sees, repeating over the rows of several heads. */
export interface VisibleKeys {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/**
 * One chunk of a running softmax, rows of scores turned into weights in place.
 *
 * @param earlier - maxima of earlier chunks.
 */
export function softmaxRows(
  scores: Float32Array,
  keys: number,
  visible: VisibleKeys,
  earlier: Float32Array | undefined,
  maxima: Float32Array,
  sums: Float32Array,
): void {
  for (let row = 0; row < maxima.length; row++) {
    const query = row % visible.from.length;
    const start = row * keys;
    const [from, to] = [start + visible.from[query]!, start + visible.to[query]!];
    let largest = earlier === undefined ? Number.NEGATIVE_INFINITY : earlier[row]!;
    for (let i = from; i < to; i++) if (scores[i]! > largest) largest = scores[i]!;
    let sum = 0;
    for (let i = from; i < to; i++) {
      const weight = exponential(scores[i]! - largest);
      scores[i] = weight;
      sum += weight;
    }
    scores.fill(0, start, from);
    scores.fill(0, to, start + keys);
    maxima[row] = largest;
    sums[row] = sum;
  }
}

/** Scores become weights, and gradients of weights become gradients of scores, both in place. */
export function softmaxRowsBackward(
  scores: Float32Array,
  gradients: Float32Array,
  keys: number,
  visible: VisibleKeys,
  logSumExp: Float32Array,
  delta: Float32Array,
): void {
  for (let row = 0; row < logSumExp.length; row++) {
    const query = row % visible.from.length;
    const start = row * keys;
    const [from, to] = [start + visible.from[query]!, start + visible.to[query]!];
    const [normaliser, common] = [logSumExp[row]!, delta[row]!];
    for (let i = from; i < to; i++) {
      const weight = exponential(Math.min(0, scores[i]! - normaliser));
      scores[i] = weight;
      gradients[i] = weight * (gradients[i]! - common);
    }
    for (const matrix of [scores, gradients]) {
      matrix.fill(0, start, from);
      matrix.fill(0, to, start + keys);
    }
  }
}

/** Softmax weights become gradients of the cross-entropy with respect to their logits, in place. */
export function crossEntropyRows(
  weights: Float32Array,
  columns: number,
  sums: Float32Array,
  targets: Int32Array,
  scale: number,
): void {
  targets.forEach((target, row) => {
    const start = row * columns;
    const factor = scale / sums[row]!;
    for (let i = start; i < start + columns; i++) weights[i]! *= factor;
    weights[start + target]! -= scale;
  });
}
