/**
 * How numbers of a GGUF file are stored: `block` neighbours of a row in `bytes` bytes. The names and numbers are those
 * of ggml (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
 */
const types = {
  F32: { id: 0, block: 1, bytes: 4 },
  F16: { id: 1, block: 1, bytes: 2 },
  Q4_0: { id: 2, block: 32, bytes: 18 },
  Q4_1: { id: 3, block: 32, bytes: 20 },
  Q8_0: { id: 8, block: 32, bytes: 34 },
  Q4_K: { id: 12, block: 256, bytes: 144 },
  Q6_K: { id: 14, block: 256, bytes: 210 },
  BF16: { id: 30, block: 1, bytes: 2 },
} as const;

/** Types that are read. */
export type GgufTensorType = keyof typeof types;

/** Types that exist and are not read: named in messages. */
const foreign: Readonly<Record<number, string>> = {
  6: 'Q5_0',
  7: 'Q5_1',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  13: 'Q5_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

const byId = new Map<number, GgufTensorType>(
  Object.entries(types).map(([name, { id }]) => [id, name as GgufTensorType]),
);

export const readableTypes: readonly string[] = Object.keys(types);

/** @returns `undefined` for a type that is not read. */
export function tensorTypeOf(id: number): GgufTensorType | undefined {
  return byId.get(id);
}

/** A type as a message calls it. */
export function describeTensorType(id: number): string {
  return byId.get(id) ?? foreign[id] ?? `type ${id}`;
}

export function tensorTypeId(type: GgufTensorType): number {
  return types[type].id;
}

/** Neighbours of a row that are stored together, and the bytes they take. */
export function blockOfType(type: GgufTensorType): { readonly block: number; readonly bytes: number } {
  return types[type];
}

/** Bytes of so many elements, whole blocks of them. */
export function storedBytes(type: GgufTensorType, elements: number): number {
  const { block, bytes } = types[type];
  return (elements / block) * bytes;
}
