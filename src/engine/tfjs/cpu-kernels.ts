import type { Device, Tensor } from './device.js';
import * as exponentials from './host-exponentials.js';
import { HostKernels } from './host-kernels.js';
import * as loops from './host-loops.js';
import { cpuMemory } from './host-memory.js';
import type { GateGradients, MatmulOptions } from './kernels.js';

/** Kernels for the backend in plain JavaScript, whose own operations are up to five times slower than plain loops. */
export class CpuKernels extends HostKernels {
  constructor(device: Device) {
    super(device, cpuMemory(device));
  }

  override gate(gate_TF: Tensor, up_TF: Tensor): Tensor {
    return this.fill(gate_TF.shape, gate_TF, (from, to) => exponentials.gate(from, this.memory.view(up_TF), to));
  }

  override gateBackward(gate_TF: Tensor, up_TF: Tensor, gradient_TF: Tensor): GateGradients {
    const { make, view } = this.memory;
    const results = { hidden_TF: make(gate_TF.shape), gate_TF: make(gate_TF.shape), up_TF: make(gate_TF.shape) };
    const gradients = [view(results.hidden_TF), view(results.gate_TF), view(results.up_TF)] as const;
    exponentials.gateBackward(view(gate_TF), view(up_TF), view(gradient_TF), ...gradients);
    return results;
  }

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
