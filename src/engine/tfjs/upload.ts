import { ropeTables } from '../rope.js';
import type { Device, Tensor } from './device.js';
import type { RopeTensors } from './kernels.js';

/** Brings numbers to the device. The array must not change afterwards: backends share it or read it late. */
export function uploadOwned({ tf }: Device, values: Float32Array, shape: readonly number[]): Tensor {
  return tf.tensor(values, [...shape], 'float32');
}

export function uploadRope(device: Device, frequencies: Float32Array, positions: Int32Array): RopeTensors {
  const { cosine_TD, sine_TD } = ropeTables(frequencies, positions);
  const shape = [positions.length, frequencies.length * 2];
  return { cosine_TD: uploadOwned(device, cosine_TD, shape), sine_TD: uploadOwned(device, sine_TD, shape) };
}
