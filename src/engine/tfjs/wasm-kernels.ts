import type { Tensor } from './device.js';
import { HostKernels } from './host-kernels.js';
import type { MatmulOptions } from './kernels.js';

/**
 * Kernels for the wasm backend. Its fast matrix product takes one pair of matrices and no transpose flag; anything else
 * falls back to plain loops, 20 times slower.
 */
export class WasmKernels extends HostKernels {
  /** The shape under which the backend has packed a matrix as right operand, by the matrix's data. */
  readonly #packedShapes = new WeakMap<object, string>();

  override get wantsTransposedWeights(): boolean {
    return true;
  }

  override matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    const left = transposeA ? this.transpose(a) : a;
    const right = transposeB ? this.transpose(b) : this.#packable(b);
    return this.tf.matMul(left, right);
  }

  /** The backend keeps a packed copy of every right operand and looks it up by data alone: under a second shape it
   * would multiply by the wrong matrix. */
  #packable(b: Tensor): Tensor {
    const shape = b.shape.slice(-2).join('x');
    const packed = this.#packedShapes.get(b.dataId);
    if (packed === undefined) this.#packedShapes.set(b.dataId, shape);
    return packed === undefined || packed === shape ? b : this.tf.add(b, 0);
  }
}
