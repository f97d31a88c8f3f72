import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { Device, Tensor } from './device.js';

/** Float32 tensors of a backend whose memory JavaScript can read and write in place. */
export interface HostMemory {
  /** A tensor whose content is still to be written. */
  readonly make: (shape: readonly number[]) => Tensor;
  /** The numbers of a tensor, until the next tensor is made: WebAssembly memory moves when it grows. */
  readonly view: (tensor: Tensor) => Float32Array;
}

/** Memory of the backend in plain JavaScript. */
export function cpuMemory({ tf }: Device): HostMemory {
  return {
    // The backend keeps the array it is given, without a copy.
    make: (shape) => tf.tensor(new Float32Array(shape.reduce((size, extent) => size * extent, 1)), [...shape]),
    view: (tensor) => (tf.backend() as MathBackendCPU).data.get(tensor.dataId).values as Float32Array,
  };
}
