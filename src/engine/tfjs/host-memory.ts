import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Device, Tensor } from './device.js';

/** Float32 tensors of a backend whose memory JavaScript can read and write in place. */
export interface HostMemory {
  /** A tensor whose content is still to be written. */
  make(shape: readonly number[]): Tensor;
  /** The numbers of a tensor, until the next tensor is made: WebAssembly memory moves when it grows. */
  view(tensor: Tensor): Float32Array;
}

/** @returns `undefined` for a backend that keeps its numbers to itself. */
export function hostMemory(device: Device): HostMemory | undefined {
  if (device.backend === 'wasm') return wasmMemory(device);
  if (device.backend === 'cpu') return cpuMemory(device);
  return undefined;
}

function wasmMemory({ tf }: Device): HostMemory {
  const backend = () => tf.backend() as BackendWasm;
  return {
    make: (shape) => tf.engine().makeTensorFromTensorInfo(backend().makeOutput([...shape], 'float32')),
    view: (tensor) => backend().typedArrayFromHeap(tensor) as Float32Array,
  };
}

function cpuMemory({ tf }: Device): HostMemory {
  return {
    // The backend keeps the array it is given, without a copy.
    make: (shape) => tf.tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), [...shape]),
    view: (tensor) => (tf.backend() as MathBackendCPU).data.get(tensor.dataId).values as Float32Array,
  };
}
