import { CheckpointError, quoteValue } from '../errors.js';
import { dtypeBits, type SafetensorsDtype } from './dtype.js';
import { findDuplicateKey } from './duplicate-keys.js';

/** One tensor of a file, as its header describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Elements. */
  readonly size: number;
  /** Where its bytes begin, counted from the end of the header. */
  readonly begin: number;
  /** Where its bytes end, not included. */
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

/** The reference implementation's own limit. */
export const MAXIMUM_HEADER_BYTES = 100_000_000;

const again = 'Fetch or write the file again.';

/**
 * Reads a header and checks every claim it makes against the file, so that later reads need not.
 *
 * @param bytes - the JSON part, without its length.
 * @param dataBytes - bytes of the file after the header.
 * @throws CheckpointError naming the file and the tensor.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseObject(bytes, file);
  const tensors = Object.entries(entries).map(([name, entry]) => parseTensor(name, entry, file));
  tensors.sort((left, right) => left.begin - right.begin || left.end - right.end);
  assertCovered(tensors, dataBytes, file);
  return { metadata: parseMetadata(metadata, file), tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

function parseObject(bytes: Uint8Array, file: string): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      { file },
      `the header is not valid JSON: this is no safetensors file, or a damaged one. ${again}`,
      { cause },
    );
  }
  if (!isObject(value)) throw new CheckpointError({ file }, `the header is not a JSON object. ${again}`);
  const duplicate = findDuplicateKey(text);
  if (duplicate !== undefined)
    throw new CheckpointError({ file, tensor: duplicate }, `the header holds this name twice. ${again}`);
  return value;
}

function parseMetadata(value: unknown, file: string): ReadonlyMap<string, string> {
  if (value === undefined || value === null) return new Map();
  const fail = (problem: string) => new CheckpointError({ file }, `${problem} Only texts are allowed there. ${again}`);
  if (!isObject(value)) throw fail('__metadata__ is not an object.');
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== 'string') throw fail(`__metadata__.${key.slice(0, 200)} is not a text.`);
      return [key, text];
    }),
  );
}

function parseTensor(name: string, entry: unknown, file: string): TensorInfo {
  const fail = (problem: string) => new CheckpointError({ file, tensor: name }, `${problem} ${again}`);
  if (!isObject(entry)) throw fail('its entry in the header is not an object.');
  const { dtype, shape, data_offsets: offsets } = entry;
  const bits = typeof dtype === 'string' ? dtypeBits(dtype) : undefined;
  if (bits === undefined) throw fail(`${quoteValue(dtype)} is not a dtype of safetensors.`);
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw fail(`its shape ${quoteValue(shape)} is not a list of whole numbers from 0.`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw fail(`its data_offsets ${quoteValue(offsets)} are not two whole numbers from 0.`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw fail(`it ends (byte ${end}) before it begins (byte ${begin}).`);
  const size = product(shape);
  if (size === undefined || !Number.isSafeInteger(size * bits))
    throw fail(`its shape ${quoteValue(shape)} is too large to be true.`);
  if ((size * bits) % 8 !== 0) throw fail(`its ${size} elements of ${bits} bits do not end on a whole byte.`);
  if ((size * bits) / 8 !== end - begin)
    throw fail(`${dtype} of shape ${quoteValue(shape)} takes ${(size * bits) / 8} bytes, but it has ${end - begin}.`);
  return { name, dtype: dtype as SafetensorsDtype, shape, size, begin, end };
}

/** The format wants every byte of the data to belong to exactly one tensor. */
function assertCovered(tensors: readonly TensorInfo[], dataBytes: number, file: string): void {
  let covered = 0;
  for (const { name, begin, end } of tensors) {
    const fail = (problem: string) => new CheckpointError({ file, tensor: name }, `${problem} ${again}`);
    if (end > dataBytes)
      throw fail(`it ends at byte ${end} of the data, but the file holds ${dataBytes}: it is cut short.`);
    if (begin < covered)
      throw fail(`its bytes from ${begin} overlap those of the tensor before it, which end at ${covered}.`);
    if (begin > covered) throw fail(`bytes ${covered} to ${begin} before it belong to no tensor.`);
    covered = end;
  }
  if (covered !== dataBytes)
    throw new CheckpointError({ file }, `the last ${dataBytes - covered} bytes belong to no tensor. ${again}`);
}

/** @returns `undefined` where even a part of the product is beyond exact numbers. */
function product(shape: readonly number[]): number | undefined {
  let size = 1;
  for (const extent of shape) {
    size *= extent;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A tensor that is going to be written. */
export interface TensorSpecification {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
}

/**
 * The first bytes of a file: the header's length and the header, padded with spaces so that the data begins on a
 * multiple of 8.
 */
export function formatHeader(
  tensors: readonly TensorSpecification[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  let begin = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const end = begin + (shape.reduce((size, extent) => size * extent, 1) * dtypeBits(dtype)!) / 8;
    const entry = [name, { dtype, shape, data_offsets: [begin, end] }] as const;
    begin = end;
    return entry;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries])));
  const bytes = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(json, 8);
  return bytes;
}
