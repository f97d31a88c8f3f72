import { widenBfloat16s, widenFloat16s } from '../safetensors/half.js';
import type { GgufTensorType } from './tensor-type.js';

/**
 * What the numbers of each type stand for. Every product and sum is rounded to float32 where the plain definition in
 * float32 rounds it, so the results are bit for bit those of the `gguf` Python package and of ggml's reference code.
 *
 * d and m are float16. Within a block:
 * - Q8_0 (d, 32 int8 q): `d q`
 * - Q4_0 (d, 16 bytes): byte i holds element i in its low half and element 16 + i in its high half: `d (q - 8)`
 * - Q4_1 (d, m, 16 bytes laid out as those): `d q + m`
 * - Q4_K (d, m, 12 bytes of scales, 128 bytes): 8 groups of 32, each with a scale s and a minimum n of 6 bits:
 *   `(d s) q - (m n)`. 32 bytes hold two groups, the first in their low halves.
 * - Q6_K (128 bytes of low 4 bits, 64 of high 2 bits, 16 int8 scales, d): 16 groups of 16: `(d s) (q - 32)`
 */
export type Dequantize = (stored: Uint8Array, into: Float32Array) => void;

const { fround } = Math;

let float16s: Float32Array | undefined;

/** Value of every float16. */
function allFloat16s(): Float32Array {
  if (float16s === undefined) {
    float16s = new Float32Array(0x10000);
    widenFloat16s(
      Uint16Array.from({ length: 0x10000 }, (_, bits) => bits),
      float16s,
    );
  }
  return float16s;
}

/** @param stored - at an even place of its buffer. */
function asHalves(stored: Uint8Array): Uint16Array {
  return new Uint16Array(stored.buffer, stored.byteOffset, stored.byteLength / 2);
}

const dequantizeQ8_0: Dequantize = (stored, into) => {
  const halves = allFloat16s();
  const signed = new Int8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  for (let at = 0, out = 0; out < into.length; at += 34, out += 32) {
    const d = halves[stored[at]! | (stored[at + 1]! << 8)]!;
    for (let i = 0; i < 32; i++) into[out + i] = d * signed[at + 2 + i]!;
  }
};

const dequantizeQ4_0: Dequantize = (stored, into) => {
  const halves = allFloat16s();
  for (let at = 0, out = 0; out < into.length; at += 18, out += 32) {
    const d = halves[stored[at]! | (stored[at + 1]! << 8)]!;
    for (let i = 0; i < 16; i++) {
      const pair = stored[at + 2 + i]!;
      into[out + i] = d * ((pair & 15) - 8);
      into[out + 16 + i] = d * ((pair >> 4) - 8);
    }
  }
};

const dequantizeQ4_1: Dequantize = (stored, into) => {
  const halves = allFloat16s();
  for (let at = 0, out = 0; out < into.length; at += 20, out += 32) {
    const d = halves[stored[at]! | (stored[at + 1]! << 8)]!;
    const m = halves[stored[at + 2]! | (stored[at + 3]! << 8)]!;
    for (let i = 0; i < 16; i++) {
      const pair = stored[at + 4 + i]!;
      into[out + i] = fround(d * (pair & 15)) + m;
      into[out + 16 + i] = fround(d * (pair >> 4)) + m;
    }
  }
};

const dequantizeQ4_K: Dequantize = (stored, into) => {
  const halves = allFloat16s();
  for (let at = 0, out = 0; out < into.length; at += 144, out += 256) {
    const d = halves[stored[at]! | (stored[at + 1]! << 8)]!;
    const m = halves[stored[at + 2]! | (stored[at + 3]! << 8)]!;
    for (let group = 0; group < 8; group++) {
      const scale = fround(d * scaleOfQ4_K(stored, at + 4, group));
      const minimum = fround(m * minimumOfQ4_K(stored, at + 4, group));
      const quants = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      const to = out + group * 32;
      for (let i = 0; i < 32; i++) into[to + i] = fround(scale * ((stored[quants + i]! >> shift) & 15)) - minimum;
    }
  }
};

/**
 * The 12 bytes hold 8 scales and 8 minimums of 6 bits. Bytes 0 to 3 are scales 0 to 3 and bytes 4 to 7 minimums 0 to 3, in
 * their low 6 bits; of the others, bytes 8 to 11 hold the low 4 bits (scales low, minimums high), and the high 2 bits
 * are at the top of bytes 0 to 7.
 */
function scaleOfQ4_K(stored: Uint8Array, at: number, group: number): number {
  if (group < 4) return stored[at + group]! & 63;
  return (stored[at + group + 4]! & 15) | ((stored[at + group - 4]! >> 6) << 4);
}

function minimumOfQ4_K(stored: Uint8Array, at: number, group: number): number {
  if (group < 4) return stored[at + group + 4]! & 63;
  return (stored[at + group + 4]! >> 4) | ((stored[at + group]! >> 6) << 4);
}

const dequantizeQ6_K: Dequantize = (stored, into) => {
  const halves = allFloat16s();
  const signed = new Int8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  for (let at = 0, out = 0; out < into.length; at += 210, out += 256) {
    const d = halves[stored[at + 208]! | (stored[at + 209]! << 8)]!;
    // Each half of a block is four rows of 32: rows 0 and 1 are the low halves of 64 bytes, rows 2 and 3 the high ones.
    for (let row = 0; row < 8; row++) {
      const low = at + (row >> 2) * 64 + (row & 1) * 32;
      const lowShift = ((row >> 1) & 1) * 4;
      const high = at + 128 + (row >> 2) * 32;
      const highShift = (row & 3) * 2;
      const to = out + row * 32;
      for (let i = 0; i < 32; i++) {
        const scale = fround(d * signed[at + 192 + row * 2 + (i >> 4)]!);
        const bits = ((stored[low + i]! >> lowShift) & 15) | (((stored[high + i]! >> highShift) & 3) << 4);
        into[to + i] = scale * (bits - 32);
      }
    }
  }
};

/** Float32s of whole blocks; `stored` begins a buffer of its own. */
export const dequantize: Readonly<Record<GgufTensorType, Dequantize>> = {
  F32: (stored, into) => new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(stored),
  F16: (stored, into) => widenFloat16s(asHalves(stored), into),
  BF16: (stored, into) => widenBfloat16s(asHalves(stored), into),
  Q8_0: dequantizeQ8_0,
  Q4_0: dequantizeQ4_0,
  Q4_1: dequantizeQ4_1,
  Q4_K: dequantizeQ4_K,
  Q6_K: dequantizeQ6_K,
};
