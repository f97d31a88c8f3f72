/** Bits of one element of every dtype the format defines. */
const bitsOfElement = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
} as const;

/** A dtype as a safetensors header spells it. */
export type SafetensorsDtype = keyof typeof bitsOfElement;

/** @returns `undefined` for a name the format does not define. */
export function dtypeBits(name: string): number | undefined {
  return Object.hasOwn(bitsOfElement, name) ? bitsOfElement[name as SafetensorsDtype] : undefined;
}

/**
 * How weights are stored. `bfloat16` keeps float32's range with 8 significant bits; `float16` has 11 significant bits
 * and reaches to ±65,504.
 *
 * @public
 */
export type WeightDtype = 'float32' | 'bfloat16' | 'float16';

const storedAs = { float32: 'F32', bfloat16: 'BF16', float16: 'F16' } as const;

export function toSafetensorsDtype(dtype: WeightDtype): SafetensorsDtype {
  return storedAs[dtype];
}

/** @returns `undefined` for a dtype that float32 does not hold exactly or that is no plain float. */
export function toWeightDtype(dtype: SafetensorsDtype): WeightDtype | undefined {
  return dtype === 'F32' ? 'float32' : dtype === 'BF16' ? 'bfloat16' : dtype === 'F16' ? 'float16' : undefined;
}

export function weightBytes(dtype: WeightDtype): number {
  return dtype === 'float32' ? 4 : 2;
}
