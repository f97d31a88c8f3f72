/**
 * Float16 and bfloat16 to float32 and back, on the bits. Widening is exact, NaN payloads included; narrowing rounds to
 * nearest, ties to even (IEEE 754), as PyTorch does.
 */

const infinity32 = 0x7f800000;
/** Smallest |x| that float16 holds as a normal number, 2^-14, as float32 bits. */
const smallestNormal16 = 0x38800000;
/** 2^16: what rounds to it is beyond float16. */
const beyond16 = 0x47800000;

/** float32 bits of a float16. */
export function widenFloat16(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return (sign | infinity32 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal: shift the leading one into the place where float32 leaves it out.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

/** Float16 of float32 bits, or -1 where a finite number is beyond ±65,504. */
export function narrowToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= infinity32) {
    // A NaN keeps its high payload bits, and one of them set, or it would turn into an infinity.
    return sign | 0x7c00 | (magnitude > infinity32 ? 0x200 | ((magnitude >>> 13) & 0x3ff) : 0);
  }
  if (magnitude < smallestNormal16) {
    const exponent = magnitude >>> 23;
    if (exponent < 102) return sign; // below 2^-25, half of the smallest subnormal
    const fraction = (magnitude & 0x7fffff) | 0x800000;
    const shift = 126 - exponent;
    const kept = fraction >>> shift;
    const lost = fraction & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    return sign | (lost > half || (lost === half && (kept & 1) === 1) ? kept + 1 : kept);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return rounded >= beyond16 ? -1 : sign | ((rounded - 0x38000000) >>> 13);
}

/** Bfloat16 of float32 bits, or -1 where a finite number is beyond its range. */
export function narrowToBfloat16(bits: number): number {
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= infinity32) return (bits >>> 16) | (magnitude > infinity32 ? 0x40 : 0);
  const rounded = (magnitude + 0x7fff + ((magnitude >>> 16) & 1)) >>> 16;
  return rounded === 0x7f80 ? -1 : ((bits >>> 16) & 0x8000) | rounded;
}

let float16Table: Uint32Array | undefined;

/** @param into - receives as many float32s as there are float16s. */
export function widenFloat16s(from: Uint16Array, into: Float32Array): void {
  float16Table ??= Uint32Array.from({ length: 0x10000 }, (_, bits) => widenFloat16(bits));
  const table = float16Table;
  const bits = bitsOf(into);
  for (let index = 0; index < from.length; index++) bits[index] = table[from[index]!]!;
}

/** @param into - receives as many float32s as there are bfloat16s. */
export function widenBfloat16s(from: Uint16Array, into: Float32Array): void {
  const bits = bitsOf(into);
  for (let index = 0; index < from.length; index++) bits[index] = from[index]! << 16;
}

/**
 * @param narrow - {@link narrowToFloat16} or {@link narrowToBfloat16}.
 * @returns index of the first number out of range, -1 when there is none.
 */
export function narrowAll(from: Float32Array, into: Uint16Array, narrow: (bits: number) => number): number {
  const bits = bitsOf(from);
  for (let index = 0; index < bits.length; index++) {
    const narrowed = narrow(bits[index]!);
    if (narrowed < 0) return index;
    into[index] = narrowed;
  }
  return -1;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
