import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';
import type { TfjsVector } from './vector.js';

// T tokens, I inputs, O outputs of a linear map.

/** Where in a block's flat vector a parameter lies; neighbours may be taken as one. */
export interface ParameterPlace {
  readonly offset: number;
  readonly shape: readonly number[];
}

interface CutVector {
  readonly version: number;
  readonly tensors: Map<string, Tensor>;
}

/**
 * Parameters cut out of their blocks' flat vectors, in the form that matrix products want. Kept while the vector does
 * not change, within a budget of bytes.
 */
export class OperandCache {
  readonly #kernels: Kernels;
  readonly #budget: number;
  /** Least recently used first. */
  readonly #vectors = new Map<TfjsVector, CutVector>();
  #bytes = 0;

  constructor(kernels: Kernels, budget: number) {
    this.#kernels = kernels;
    this.#budget = budget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The parameters of a block. What it hands out is valid until {@link trim} is called. */
  of(vector: TfjsVector): Operands {
    let cut = this.#vectors.get(vector);
    if (cut?.version !== vector.version) {
      this.drop(vector);
      cut = { version: vector.version, tensors: new Map() };
    }
    this.#vectors.delete(vector);
    this.#vectors.set(vector, cut);
    const { tensors } = cut;
    return new Operands(this.#kernels, (place, transposed) => {
      const key = `${place.offset} ${transposed}`;
      let tensor = tensors.get(key);
      if (tensor === undefined) {
        tensor = this.#cut(vector, place, transposed);
        tensors.set(key, tensor);
        this.#bytes += this.#bytesOf(tensor);
      }
      return tensor;
    });
  }

  /** Forgets what was least recently used, down to the budget. */
  trim(): void {
    const budget = this.#kernels.isMemoryScarce ? 0 : this.#budget;
    for (const vector of this.#vectors.keys()) {
      if (this.#bytes <= budget) return;
      this.drop(vector);
    }
  }

  clear(): void {
    for (const vector of this.#vectors.keys()) this.drop(vector);
  }

  drop(vector: TfjsVector): void {
    for (const tensor of this.#vectors.get(vector)?.tensors.values() ?? []) {
      this.#bytes -= this.#bytesOf(tensor);
      tensor.dispose();
    }
    this.#vectors.delete(vector);
  }

  #bytesOf(tensor: Tensor): number {
    return tensor.size * 4 * this.#kernels.operandCopies;
  }

  #cut(vector: TfjsVector, { offset, shape }: ParameterPlace, transposed: boolean): Tensor {
    const { device } = this.#kernels;
    const { tf } = device;
    return device.tidy(() => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const flat = this.#kernels.slice(tf.reshape(vector.tensor, [vector.length]), [offset], [size]);
      const matrix = tf.reshape(flat, [...shape]);
      // A copy even where the slice is the whole vector and could share its memory, which is written in place.
      return tf.keep(transposed ? this.#kernels.transpose(matrix) : matrix);
    });
  }
}

/** The parameters of one block as operands. */
export class Operands {
  readonly #kernels: Kernels;
  readonly #get: (place: ParameterPlace, transposed: boolean) => Tensor;

  constructor(kernels: Kernels, get: (place: ParameterPlace, transposed: boolean) => Tensor) {
    this.#kernels = kernels;
    this.#get = get;
  }

  weight(place: ParameterPlace): Tensor {
    return this.#get(place, false);
  }

  /** `x W^T` for a weight `[O, I]`. */
  forward(x_TI: Tensor, place: ParameterPlace): Tensor {
    if (this.#kernels.wantsTransposedWeights) return this.#kernels.matmul(x_TI, this.#get(place, true));
    return this.#kernels.matmul(x_TI, this.#get(place, false), { transposeB: true });
  }

  /** Gradient of a linear map's input: `dy W`. */
  backward(outputGradient_TO: Tensor, place: ParameterPlace): Tensor {
    return this.#kernels.matmul(outputGradient_TO, this.#get(place, false));
  }
}
