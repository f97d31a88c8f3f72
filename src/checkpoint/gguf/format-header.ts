import { align, DEFAULT_ALIGNMENT, MAGIC } from './header.js';
import { type GgufEntry, type GgufKind, type GgufMetadata, type GgufScalar, kinds } from './metadata.js';
import { type GgufTensorType, storedBytes, tensorTypeId } from './tensor-type.js';

/** A tensor that is going to be written. */
export interface GgufTensorSpecification {
  readonly name: string;
  readonly type: GgufTensorType;
  /** As Hugging Face writes it, the rows' length last. */
  readonly shape: readonly number[];
}

const VERSION = 3;

/** The first bytes of a file, up to where the data of its first tensor begins. */
export function formatHeader(metadata: GgufMetadata, tensors: readonly GgufTensorSpecification[]): Uint8Array {
  const writer = new ByteWriter();
  writer.uint32(MAGIC);
  writer.uint32(VERSION);
  writer.count(tensors.length);
  writer.count(metadata.size);
  for (const [key, entry] of metadata) {
    writer.text(key);
    writer.entry(entry);
  }
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    writer.text(name);
    writer.uint32(shape.length);
    for (const extent of [...shape].reverse()) writer.count(extent);
    writer.uint32(tensorTypeId(type));
    writer.count(offset);
    offset += align(bytesOf({ type, shape }), DEFAULT_ALIGNMENT);
  }
  return writer.padded(DEFAULT_ALIGNMENT);
}

/** Bytes a tensor takes, without the padding behind it. */
export function bytesOf({ type, shape }: Pick<GgufTensorSpecification, 'type' | 'shape'>): number {
  return storedBytes(
    type,
    shape.reduce((product, extent) => product * extent, 1),
  );
}

interface NumberKind {
  readonly bytes: number;
  readonly set: (view: DataView, at: number, value: GgufScalar) => void;
}

const numbers: Readonly<Record<Exclude<GgufKind, 'string'>, NumberKind>> = {
  uint8: { bytes: 1, set: (view, at, value) => view.setUint8(at, Number(value)) },
  int8: { bytes: 1, set: (view, at, value) => view.setInt8(at, Number(value)) },
  uint16: { bytes: 2, set: (view, at, value) => view.setUint16(at, Number(value), true) },
  int16: { bytes: 2, set: (view, at, value) => view.setInt16(at, Number(value), true) },
  uint32: { bytes: 4, set: (view, at, value) => view.setUint32(at, Number(value), true) },
  int32: { bytes: 4, set: (view, at, value) => view.setInt32(at, Number(value), true) },
  float32: { bytes: 4, set: (view, at, value) => view.setFloat32(at, Number(value), true) },
  bool: { bytes: 1, set: (view, at, value) => view.setUint8(at, value === true ? 1 : 0) },
  uint64: { bytes: 8, set: (view, at, value) => view.setBigUint64(at, BigInt(value), true) },
  int64: { bytes: 8, set: (view, at, value) => view.setBigInt64(at, BigInt(value), true) },
  float64: { bytes: 8, set: (view, at, value) => view.setFloat64(at, Number(value), true) },
};

/** Appends little-endian values to bytes that grow. */
class ByteWriter {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint32(value: number): void {
    const at = this.#more(4);
    this.#view.setUint32(at, value, true);
  }

  count(value: number): void {
    const at = this.#more(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.count(bytes.length);
    const at = this.#more(bytes.length);
    this.#bytes.set(bytes, at);
  }

  entry(entry: GgufEntry): void {
    this.uint32(kinds.indexOf(entry.kind));
    if (entry.kind !== 'array') {
      this.#scalar(entry.kind, entry.value);
      return;
    }
    this.uint32(kinds.indexOf(entry.element));
    this.count(entry.value.length);
    for (const value of entry.value) this.#scalar(entry.element, value);
  }

  padded(alignment: number): Uint8Array {
    this.#more(align(this.#length, alignment) - this.#length);
    return this.#bytes.subarray(0, this.#length);
  }

  #scalar(kind: GgufKind, value: GgufScalar): void {
    if (kind === 'string') {
      this.text(String(value));
      return;
    }
    const { bytes, set } = numbers[kind];
    const at = this.#more(bytes);
    set(this.#view, at, value);
  }

  /** @returns where the new bytes, all zero, begin. */
  #more(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
}
