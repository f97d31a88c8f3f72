import type { Device, Tensor } from './device.js';
import { HostKernels } from './host-kernels.js';
import type { MatmulOptions } from './kernels.js';
import { type WasmMemory, wasmMemory } from './wasm-memory.js';

/**
 * Kernels for the wasm backend. Its fast matrix product takes one pair of matrices and no transpose flag; anything else
 * falls back to plain loops, 20 times slower. It keeps a packed copy of every right operand for as long as that lives.
 */
export class WasmKernels extends HostKernels {
  readonly #memory: WasmMemory;
  /** The shape under which a right operand was packed, by its data. */
  readonly #packedShapes = new WeakMap<object, string>();

  constructor(device: Device) {
    const memory = wasmMemory(device);
    super(device, memory);
    this.#memory = memory;
  }

  override get wantsTransposedWeights(): boolean {
    return true;
  }

  override get operandCopies(): number {
    return 2;
  }

  override get isMemoryScarce(): boolean {
    return this.#memory.isScarce();
  }

  override matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    const left = transposeA ? this.transpose(a) : a;
    const right = this.#packable(transposeB ? this.transpose(b) : b);
    return this.tf.matMul(left, right);
  }

  /** The packed copy is looked up by data alone: under a second shape the product would be with the wrong matrix. */
  #packable(b: Tensor): Tensor {
    const shape = b.shape.slice(-2).join('x');
    const packed = this.#packedShapes.get(b.dataId);
    if (packed === shape) return b;
    const right = packed === undefined ? b : this.tf.add(b, 0);
    this.#memory.assertRoom(right.size * 4);
    this.#packedShapes.set(right.dataId, shape);
    return right;
  }
}
