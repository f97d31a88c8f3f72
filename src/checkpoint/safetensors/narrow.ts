import { VicunaError } from '../../core/index.js';
import type { WeightDtype } from './dtype.js';
import { narrowAll, narrowToBfloat16, narrowToFloat16 } from './half.js';

/**
 * Numbers as the bytes of a dtype.
 *
 * @param name - of the tensor they belong to, and `start` the index of the first of them there: for the message.
 * @throws VicunaError `model-unsupported` where a number is beyond the dtype's range: rounding it to infinity would ruin
 * the model silently.
 */
export function narrowTo(dtype: WeightDtype, values: Float32Array, name: string, start: number): Uint8Array {
  if (dtype === 'float32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const narrowed = new Uint16Array(values.length);
  const beyond = narrowAll(values, narrowed, dtype === 'float16' ? narrowToFloat16 : narrowToBfloat16);
  if (beyond === -1) return new Uint8Array(narrowed.buffer);
  throw new VicunaError(
    'model-unsupported',
    `${name} holds ${values[beyond]} at index ${start + beyond}, which is beyond the range of ${dtype}. Save with dtype '${dtype === 'float16' ? 'bfloat16' : 'float32'}'.`,
  );
}
