import type { RopeTables } from '../rope.js';
import type { TileSizes, Visibility } from './attention-plan.js';
import type { Device, Tensor, TensorFlowModule } from './device.js';
import { type AdamWTensors, adamw, sumOfSquares } from './optimizer.js';
import type { TfjsVector } from './vector.js';

// T tokens, C columns, F ffn size, V rows of a table, N heads, D head size.

export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/** N key heads, R rows (queries of all their query heads), U keys. */
export interface SoftmaxStep {
  readonly weights_NRU: Tensor;
  readonly maximum_NR1: Tensor;
  readonly sum_NR1: Tensor;
}

export interface SoftmaxBackward {
  readonly scores_NRU: Tensor;
  readonly weightGradient_NRU: Tensor;
  readonly logSumExp_NR1: Tensor;
  readonly delta_NR1: Tensor;
  readonly visibility: Visibility | undefined;
}

/** The output of SwiGLU and the gradients of its inputs. */
export type GateGradients = { readonly hidden_TF: Tensor; readonly gate_TF: Tensor; readonly up_TF: Tensor };

/** Added to a hidden score. Finite: infinities would turn into NaN where a whole row of a chunk is hidden. */
const HIDDEN = -1e30;

/** Rotation of a batch's tokens, `[T, D]` each. */
export type RopeTensors = { readonly [Table in keyof RopeTables]: Tensor };

/**
 * The operations a transformer is made of, each taking and returning tensors. These here use the library's own
 * operations and run on every backend; subclasses replace what a backend does badly.
 */
export class Kernels {
  readonly device: Device;

  constructor(device: Device) {
    this.device = device;
  }

  protected get tf(): TensorFlowModule {
    return this.device.tf;
  }

  /** Whether weights `[out, in]` should be kept transposed for multiplying from the right. */
  get wantsTransposedWeights(): boolean {
    return false;
  }

  /** How many copies of a right operand are in memory while it is kept. */
  get operandCopies(): number {
    return 1;
  }

  /** Whether nothing should be kept in memory only for speed. */
  get isMemoryScarce(): boolean {
    return false;
  }

  /** Queries and keys that attention looks at in one go. */
  get tileSizes(): TileSizes {
    return { queries: 128, keys: 512 };
  }

  /** Key heads worth computing in one batched product. */
  headsAtOnce(keyValueHeads: number): number {
    return keyValueHeads;
  }

  /** Product of matrices, or of equally long batches of matrices. */
  matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    return this.tf.matMul(a, b, transposeA, transposeB);
  }

  /** Swaps the last two dimensions. */
  transpose(x: Tensor): Tensor {
    return this.tf.transpose(x, x.rank === 3 ? [0, 2, 1] : [1, 0]);
  }

  /** Gradient of a weight `[O, I]`: the outputs' gradient `[T, O]` against the inputs `[T, I]`. */
  weightGradient(outputGradient_TO: Tensor, input_TI: Tensor): Tensor {
    return this.matmul(outputGradient_TO, input_TI, { transposeA: true });
  }

  /**
   * One chunk of a running softmax: weights relative to the larger of the chunk's maximum and that of earlier chunks.
   * May overwrite the scores.
   */
  softmaxStep(scores_NRU: Tensor, visibility: Visibility | undefined, maximum_NR1: Tensor | undefined): SoftmaxStep {
    const { tf } = this;
    const masked_NRU = this.#hide(scores_NRU, visibility);
    const largest_NR1 = tf.max(masked_NRU, -1, true);
    const maximum = maximum_NR1 === undefined ? largest_NR1 : tf.maximum(maximum_NR1, largest_NR1);
    const weights_NRU = tf.exp(tf.sub(masked_NRU, maximum));
    return { weights_NRU, maximum_NR1: maximum, sum_NR1: tf.sum(weights_NRU, -1, true) };
  }

  /** A chunk's weights, made again, and the gradient of its scores. May overwrite the scores and weight gradients. */
  softmaxBackward(chunk: SoftmaxBackward): { weights_NRU: Tensor; scoreGradient_NRU: Tensor } {
    const { tf } = this;
    const weights_NRU = tf.exp(tf.sub(this.#hide(chunk.scores_NRU, chunk.visibility), chunk.logSumExp_NR1));
    return {
      weights_NRU,
      scoreGradient_NRU: tf.mul(weights_NRU, tf.sub(chunk.weightGradient_NRU, chunk.delta_NR1)),
    };
  }

  /** SwiGLU (Shazeer 2020): `gate * sigmoid(gate) * up`. */
  gate(gate_TF: Tensor, up_TF: Tensor): Tensor {
    const { tf } = this;
    return tf.mul(tf.mul(gate_TF, tf.sigmoid(gate_TF)), up_TF);
  }

  /** SwiGLU again, and the gradients of its inputs. */
  gateBackward(gate_TF: Tensor, up_TF: Tensor, gradient_TF: Tensor): GateGradients {
    const { tf } = this;
    const sigmoid_TF = tf.sigmoid(gate_TF);
    const silu_TF = tf.mul(gate_TF, sigmoid_TF);
    // The derivative of x s(x) is s + x s (1 - s).
    const slope_TF = tf.sub(tf.add(sigmoid_TF, silu_TF), tf.mul(silu_TF, sigmoid_TF));
    return {
      hidden_TF: tf.mul(silu_TF, up_TF),
      gate_TF: tf.mul(tf.mul(gradient_TF, up_TF), slope_TF),
      up_TF: tf.mul(gradient_TF, silu_TF),
    };
  }

  /** A block of a tensor, as memory of its own. */
  slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
    return this.tf.slice(x, [...begin], [...size]);
  }

  /** Products of the rows of two tensors, `[..., C]` to `[..., 1]`. */
  rowDots(a: Tensor, b: Tensor): Tensor {
    return this.tf.sum(this.tf.mul(a, b), -1, true);
  }

  /** One over each row's root mean square, `[T, 1]`. */
  inverseRootMeanSquare(x_TC: Tensor, epsilon: number): Tensor {
    const { tf } = this;
    const meanSquare_T1 = tf.add(tf.mean(tf.square(x_TC), -1, true), epsilon);
    // Not rsqrt, which TensorFlow approximates.
    return tf.div(1, tf.sqrt(meanSquare_T1));
  }

  /** Sums over rows. @returns `[C]` */
  columnSums(x_TC: Tensor): Tensor {
    return this.tf.sum(x_TC, 0);
  }

  /** @returns `[rows.length, C]` */
  gatherRows(table_VC: Tensor, rows: Int32Array): Tensor {
    return this.tf.gather(table_VC, this.tf.tensor1d(rows, 'int32'));
  }

  /** A table of zeros with rows added at the given places. @returns `[tableRows, C]` */
  scatterRows(rows: Int32Array, values_TC: Tensor, tableRows: number): Tensor {
    const indices = this.tf.tensor2d(rows, [rows.length, 1], 'int32');
    return this.tf.scatterND(indices, values_TC, [tableRows, values_TC.shape[1]!]);
  }

  /** The element of each row that stands in the given column. @returns `[T]` */
  pick(x_TC: Tensor, columns: Int32Array): Tensor {
    const indices = new Int32Array(columns.length * 2);
    columns.forEach((column, row) => {
      indices.set([row, column], row * 2);
    });
    return this.tf.gatherND(x_TC, this.tf.tensor2d(indices, [columns.length, 2], 'int32'));
  }

  /** Gradient of the cross-entropy of softmax weights `[1, R, V]`. May overwrite them. @returns `[R, V]` */
  crossEntropyGradient({ weights_NRU, sum_NR1 }: SoftmaxStep, targets: Int32Array, scale: number): Tensor {
    const { tf } = this;
    const vocabularySize = weights_NRU.shape[2]!;
    const oneHot = tf.oneHot(tf.tensor1d(targets, 'int32'), vocabularySize, 1, 0, 'int32');
    const probabilities_RV = tf.reshape(tf.div(weights_NRU, sum_NR1), [targets.length, vocabularySize]);
    return tf.mul(tf.sub(probabilities_RV, tf.cast(oneHot, 'float32')), scale);
  }

  /** `[T, N * D]` to `[N, T, D]` */
  splitHeads(x_TE: Tensor, heads: number): Tensor {
    const [tokens, width] = x_TE.shape as [number, number];
    return this.tf.transpose(this.tf.reshape(x_TE, [tokens, heads, width / heads]), [1, 0, 2]);
  }

  /** `[N, T, D]` to `[T, N * D]` */
  mergeHeads(x_NTD: Tensor): Tensor {
    const [heads, tokens, size] = x_NTD.shape as [number, number, number];
    return this.tf.reshape(this.tf.transpose(x_NTD, [1, 0, 2]), [tokens, heads * size]);
  }

  /** Turns heads by their tokens' angles; `backward` turns gradients the other way. */
  rotate(x_NTD: Tensor, { cosine_TD, sine_TD }: RopeTensors, direction: 'forward' | 'backward'): Tensor {
    const { tf } = this;
    const turned = tf.mul(this.#swapHalves(x_NTD), sine_TD);
    const kept = tf.mul(x_NTD, cosine_TD);
    return direction === 'forward' ? tf.add(kept, turned) : tf.sub(kept, turned);
  }

  /** Copies a tensor to the host. */
  read(x: Tensor): Float32Array {
    return x.dataSync<'float32'>().slice();
  }

  /** Adds pieces that lie end to end to a vector, from an offset on. */
  add(sum: TfjsVector, pieces: readonly Tensor[], offset = 0): void {
    const { tf } = this;
    const flat = pieces.map((piece) => tf.reshape(piece, [piece.size]));
    const joined = flat.length === 1 ? flat[0]! : tf.concat(flat, 0);
    const rest = sum.length - offset - joined.size;
    const whole = offset + rest === 0 ? joined : tf.pad(joined, [[offset, rest]]);
    sum.replace(tf.keep(tf.add(tf.reshape(sum.tensor, [sum.length]), whole)));
  }

  /** Adds rows to the given places of a table of `tableRows` rows. */
  addRows(table: TfjsVector, tableRows: number, rows: Int32Array, values_TC: Tensor): void {
    this.add(table, [this.scatterRows(rows, values_TC, tableRows)]);
  }

  sumOfSquares(vector: TfjsVector): number {
    return sumOfSquares(this.tf, vector);
  }

  adamw(update: AdamWTensors): void {
    adamw(this.tf, update);
  }

  /** Makes the scores of keys that a query does not see vanish in the softmax. */
  #hide(scores_NRU: Tensor, visibility: Visibility | undefined): Tensor {
    if (visibility === undefined) return scores_NRU;
    const { tf } = this;
    const [keyHeads, rows, keys] = scores_NRU.shape as [number, number, number];
    const queries = visibility.from.length;
    const mask_BU = new Float32Array(queries * keys).fill(HIDDEN);
    for (let query = 0; query < queries; query++)
      mask_BU.fill(0, query * keys + visibility.from[query]!, query * keys + visibility.to[query]!);
    const scores_MBU = tf.reshape(scores_NRU, [(keyHeads * rows) / queries, queries, keys]);
    return tf.reshape(tf.add(scores_MBU, tf.tensor2d(mask_BU, [queries, keys])), [keyHeads, rows, keys]);
  }

  #swapHalves(x_NTD: Tensor): Tensor {
    const [heads, tokens, size] = x_NTD.shape as [number, number, number];
    const half = [heads, tokens, size / 2];
    return this.tf.concat([this.slice(x_NTD, [0, 0, size / 2], half), this.slice(x_NTD, [0, 0, 0], half)], 2);
  }
}
