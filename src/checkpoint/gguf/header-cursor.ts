import { CheckpointError } from '../errors.js';
import { type GgufEntry, type GgufKind, type GgufScalar, kinds } from './metadata.js';

/** Says how many bytes of a file are needed to go on reading its header. */
export class MoreNeeded {
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/** Beyond any header of a real model: a vocabulary of a million pieces takes a fifth of it. */
export const MAXIMUM_HEADER_BYTES = 256 * 2 ** 20;
/** As many as a vocabulary may have at most. */
const MAXIMUM_ELEMENTS = 2 ** 24;

const widths: Readonly<Record<Exclude<GgufKind, 'string'>, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8,
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the values of a header from the first bytes of a file. It never goes past them: it throws {@link MoreNeeded}
 * where the file has more, and a CheckpointError where it has not.
 */
export class HeaderCursor {
  offset = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fileBytes: number;
  readonly #file: string;

  constructor(bytes: Uint8Array, fileBytes: number, file: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fileBytes = fileBytes;
    this.#file = file;
  }

  fail(problem: string): CheckpointError {
    return new CheckpointError(
      { file: this.#file },
      `${problem}: this is no GGUF file, or a damaged one. Fetch or write it again.`,
    );
  }

  uint32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), true);
  }

  /** A count or an offset: a double holds it exactly. */
  count(what: string): number {
    const value = this.#view.getBigUint64(this.#take(8, what), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.fail(`${what} is ${value}, too large to be true`);
    return Number(value);
  }

  text(what: string): string {
    const length = this.count(`the length of ${what}`);
    const start = this.#take(length, what);
    try {
      return utf8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw this.fail(`${what} at byte ${start} is not UTF-8`);
    }
  }

  /** A value of the metadata, its kind in front. */
  entry(key: string): GgufEntry {
    const kind = this.#kind(key);
    if (kind !== 'array') return { kind, value: this.#scalar(kind, key) };
    const element = this.#kind(key);
    if (element === 'array') throw this.fail(`${key} is a list of lists`);
    const length = this.count(`the length of ${key}`);
    if (length > MAXIMUM_ELEMENTS) throw this.fail(`${key} has ${length} elements, more than any vocabulary`);
    // Asked for whole before anything is kept: a claim alone takes no memory.
    this.#has(length * (element === 'string' ? 8 : widths[element]), key);
    const value: GgufScalar[] = [];
    for (let index = 0; index < length; index++) value.push(this.#scalar(element, key));
    return { kind, element, value };
  }

  #kind(key: string): (typeof kinds)[number] {
    const number = this.uint32(`the kind of ${key}`);
    const kind = kinds[number];
    if (kind === undefined) throw this.fail(`${key} is of kind ${number}, which does not exist`);
    return kind;
  }

  #scalar(kind: GgufKind, key: string): GgufScalar {
    if (kind === 'string') return this.text(key);
    const at = this.#take(widths[kind], key);
    const view = this.#view;
    switch (kind) {
      case 'uint8':
        return view.getUint8(at);
      case 'int8':
        return view.getInt8(at);
      case 'uint16':
        return view.getUint16(at, true);
      case 'int16':
        return view.getInt16(at, true);
      case 'uint32':
        return view.getUint32(at, true);
      case 'int32':
        return view.getInt32(at, true);
      case 'float32':
        return view.getFloat32(at, true);
      case 'float64':
        return view.getFloat64(at, true);
      case 'uint64':
        return exact(view.getBigUint64(at, true));
      case 'int64':
        return exact(view.getBigInt64(at, true));
      case 'bool': {
        const value = view.getUint8(at);
        if (value > 1) throw this.fail(`${key} is ${value}, neither true nor false`);
        return value === 1;
      }
    }
  }

  /** @returns where the bytes begin, and moves past them. */
  #take(bytes: number, what: string): number {
    this.#has(bytes, what);
    const start = this.offset;
    this.offset += bytes;
    return start;
  }

  #has(bytes: number, what: string): void {
    const end = this.offset + bytes;
    if (end <= this.#bytes.length) return;
    if (end > this.#fileBytes) throw this.fail(`${what} ends at byte ${end}, but the file has ${this.#fileBytes}`);
    if (end > MAXIMUM_HEADER_BYTES)
      throw this.fail(`${what} ends at byte ${end}, beyond the ${MAXIMUM_HEADER_BYTES} a header may take`);
    throw new MoreNeeded(end);
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
