import { readFileSync } from 'node:fs';

export interface StoredTensor {
  readonly shape: readonly number[];
  /** Upcast from what is stored. */
  readonly values: Float32Array;
}

/** Reads a safetensors file of the fixtures, which are known to be well formed. */
export function readSafetensors(path: string): Map<string, StoredTensor> {
  const bytes = readFileSync(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    const data = bytes.subarray(8 + headerBytes + start, 8 + headerBytes + end);
    tensors.set(name, { shape: entry.shape, values: decode(entry.dtype, data) });
  }
  return tensors;
}

function decode(dtype: string, data: Buffer): Float32Array {
  if (dtype === 'F32') return Float32Array.from({ length: data.length / 4 }, (_, i) => data.readFloatLE(i * 4));
  const halves = Float32Array.from({ length: data.length / 2 }, (_, i) => data.readUInt16LE(i * 2));
  if (dtype === 'BF16') return halves.map(bfloat16);
  if (dtype === 'F16') return halves.map(float16);
  throw new Error(`The fixtures hold no ${dtype}.`);
}

function bfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
