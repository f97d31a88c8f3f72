import { narrowAll, narrowToFloat16 } from '../safetensors/half.js';

/** Types that are written. @public */
export type GgufWeightType = 'F32' | 'F16' | 'Q8_0';

/**
 * Stores whole blocks of a tensor.
 *
 * @param into - exactly the bytes they take.
 * @returns index of the first number that the type cannot hold, -1 when there is none.
 */
export type Quantize = (values: Float32Array, into: Uint8Array) => number;

const { fround, abs } = Math;

/**
 * Q8_0, as ggml's reference code defines it: of 32 neighbours, `d` is the largest magnitude / 127 and each number the
 * nearest whole multiple of it, halves away from zero. All in float32, d stored as float16 after it was divided by.
 */
const quantizeQ8_0: Quantize = (values, into) => {
  const signed = new Int8Array(into.buffer, into.byteOffset, into.byteLength);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let from = 0, at = 0; from < values.length; from += 32, at += 34) {
    let largest = 0;
    for (let i = from; i < from + 32; i++) {
      const magnitude = abs(values[i]!);
      // Math.max keeps NaN.
      largest = Math.max(largest, magnitude);
    }
    float[0] = largest / 127;
    const half = narrowToFloat16(bits[0]!);
    if (half < 0 || half >= 0x7c00) return from + worstOf(values.subarray(from, from + 32));
    into[at] = half & 0xff;
    into[at + 1] = half >> 8;
    const inverse = fround(1 / float[0]!);
    // Where the inverse is beyond float32, d is 0 as a float16, and so is every number.
    const factor = inverse === Number.POSITIVE_INFINITY ? 0 : inverse;
    for (let i = 0; i < 32; i++) {
      // Twice the number, cut off; one more away from zero, and half of it cut off again. A branch on the sign, which
      // nothing predicts, would take as long as all the rest.
      const twice = (fround(values[from + i]! * factor) * 2) | 0;
      signed[at + 2 + i] = ((twice + ((twice >> 31) | 1)) / 2) | 0;
    }
  }
  return -1;
};

/** Index of NaN where there is one, else of the largest magnitude. */
function worstOf(block: Float32Array): number {
  const notANumber = block.findIndex(Number.isNaN);
  if (notANumber >= 0) return notANumber;
  const magnitudes = block.map(abs);
  return magnitudes.indexOf(Math.max(...magnitudes));
}

export const quantize: Readonly<Record<GgufWeightType, Quantize>> = {
  F32: (values, into) => {
    into.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return -1;
  },
  F16: (values, into) =>
    narrowAll(values, new Uint16Array(into.buffer, into.byteOffset, values.length), narrowToFloat16),
  Q8_0: quantizeQ8_0,
};
