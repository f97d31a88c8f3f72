import { CheckpointError, quoteValue } from '../errors.js';
import { HeaderCursor, MoreNeeded } from './header-cursor.js';
import type { GgufEntry, GgufMetadata } from './metadata.js';
import {
  blockOfType,
  describeTensorType,
  type GgufTensorType,
  readableTypes,
  storedBytes,
  tensorTypeOf,
} from './tensor-type.js';

/** `GGUF`, read as a little-endian number. */
export const MAGIC = 0x46554747;
export const DEFAULT_ALIGNMENT = 32;
const MAXIMUM_ALIGNMENT = 2 ** 20;
const MAXIMUM_NAME = 1024;

/** One tensor of a file. */
export interface GgufTensorInfo {
  readonly name: string;
  readonly type: GgufTensorType;
  /** As Hugging Face writes it, the rows' length last. */
  readonly shape: readonly number[];
  /** Elements. */
  readonly size: number;
  /** Where its bytes begin in the file. */
  readonly begin: number;
  readonly bytes: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
}

/**
 * Reads a header of GGUF version 2 or 3 and checks every claim it makes against the file, so that later reads need not.
 *
 * @param bytes - the first bytes of the file.
 * @param fileBytes - bytes of the whole file.
 * @returns the header, or how many bytes of the file have to be there to go on.
 * @throws CheckpointError naming the file and what is wrong with it.
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number, file: string): GgufHeader | MoreNeeded {
  const cursor = new HeaderCursor(bytes, fileBytes, file);
  try {
    const version = readVersion(cursor, file);
    const tensorCount = cursor.count('the number of tensors');
    const entryCount = cursor.count('the number of metadata entries');
    const metadata = readMetadata(cursor, entryCount);
    const claims = readClaims(cursor, tensorCount);
    const dataStart = align(cursor.offset, alignmentOf(metadata, cursor));
    return { version, metadata, tensors: checkClaims(claims, dataStart, fileBytes, file, cursor, metadata) };
  } catch (problem) {
    if (problem instanceof MoreNeeded) return problem;
    throw problem;
  }
}

/** The next multiple. */
export function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function readVersion(cursor: HeaderCursor, file: string): number {
  if (cursor.uint32('the magic number') !== MAGIC) throw cursor.fail('it does not begin with GGUF');
  const version = cursor.uint32('the version');
  if (version === 2 || version === 3) return version;
  const reason =
    version === 1
      ? 'it is GGUF of version 1, of August 2023 only'
      : (version & 0xffff) === 0
        ? 'it is a big-endian GGUF file'
        : `it is GGUF of version ${version}`;
  throw new CheckpointError({ file }, `${reason}; little-endian versions 2 and 3 are read. Convert it with llama.cpp.`);
}

function readMetadata(cursor: HeaderCursor, count: number): GgufMetadata {
  const metadata = new Map<string, GgufEntry>();
  for (let index = 0; index < count; index++) {
    const key = cursor.text(`key ${index}`);
    const shown = quoteValue(key);
    if (key === '' || key.length > MAXIMUM_NAME) throw cursor.fail(`key ${index} (${shown}) is no key`);
    if (metadata.has(key)) throw cursor.fail(`key ${shown} stands twice`);
    metadata.set(key, cursor.entry(shown));
  }
  return metadata;
}

interface Claim {
  readonly name: string;
  /** The rows' length first. */
  readonly extents: readonly number[];
  readonly type: number;
  /** From where the data begins. */
  readonly offset: number;
}

function readClaims(cursor: HeaderCursor, count: number): Claim[] {
  const claims: Claim[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const name = cursor.text(`the name of tensor ${index}`);
    const shown = `tensor ${quoteValue(name)}`;
    if (name.length > MAXIMUM_NAME) throw cursor.fail(`the name of ${shown} has ${name.length} characters`);
    if (names.has(name)) throw cursor.fail(`${shown} stands twice`);
    names.add(name);
    const dimensions = cursor.uint32(`the dimensions of ${shown}`);
    if (dimensions > 4) throw cursor.fail(`${shown} has ${dimensions} dimensions`);
    const extents = Array.from({ length: dimensions }, () => cursor.count(`an extent of ${shown}`));
    const type = cursor.uint32(`the type of ${shown}`);
    claims.push({ name, extents, type, offset: cursor.count(`the offset of ${shown}`) });
  }
  return claims;
}

function alignmentOf(metadata: GgufMetadata, cursor: HeaderCursor): number {
  const alignment = metadata.get('general.alignment')?.value ?? DEFAULT_ALIGNMENT;
  const isPower = typeof alignment === 'number' && alignment > 0 && (alignment & (alignment - 1)) === 0;
  if (isPower && alignment <= MAXIMUM_ALIGNMENT) return alignment;
  throw cursor.fail(`general.alignment is ${quoteValue(alignment)}`);
}

function checkClaims(
  claims: readonly Claim[],
  dataStart: number,
  fileBytes: number,
  file: string,
  cursor: HeaderCursor,
  metadata: GgufMetadata,
): ReadonlyMap<string, GgufTensorInfo> {
  const alignment = alignmentOf(metadata, cursor);
  const tensors = claims.map((claim) => {
    const { name, offset } = claim;
    const fail = (problem: string) =>
      new CheckpointError({ file, tensor: name }, `${problem} Fetch or write the file again.`);
    const tensor = sized(claim, dataStart, file);
    if (offset % alignment !== 0) throw fail(`it begins at byte ${offset} of the data, no multiple of ${alignment}.`);
    const end = tensor.begin + tensor.bytes;
    if (end > fileBytes) throw fail(`it ends at byte ${end}, but the file has ${fileBytes}: it is cut short.`);
    return tensor;
  });
  let previous: GgufTensorInfo | undefined;
  for (const tensor of [...tensors].sort((left, right) => left.begin - right.begin || left.bytes - right.bytes)) {
    if (previous !== undefined && tensor.begin < previous.begin + previous.bytes)
      throw new CheckpointError(
        { file, tensor: tensor.name },
        `its bytes from ${tensor.begin} overlap those of ${quoteValue(previous.name)}, which end at ${previous.begin + previous.bytes}. Fetch or write the file again.`,
      );
    previous = tensor;
  }
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function sized({ name, extents, type: id, offset }: Claim, dataStart: number, file: string): GgufTensorInfo {
  const where = { file, tensor: name };
  const type = tensorTypeOf(id);
  if (type === undefined)
    throw new CheckpointError(
      where,
      `it is stored as ${describeTensorType(id)}; ${readableTypes.join(', ')} are read. Convert it with llama.cpp: llama-quantize --allow-requantize ${quoteValue(file)} converted.gguf Q8_0`,
    );
  const shape = [...extents].reverse();
  const size = extents.reduce((product, extent) => product * extent, 1);
  // A part of the product may be beyond exact numbers where a zero makes the whole of it small.
  if (!Number.isSafeInteger(size * 4) || size === 0)
    throw new CheckpointError(where, `its shape ${quoteValue(shape)} cannot be true. Fetch or write the file again.`);
  const { block } = blockOfType(type);
  if ((extents[0] ?? 1) % block !== 0)
    throw new CheckpointError(
      where,
      `its rows of ${extents[0]} numbers are no whole blocks of ${block}, as ${type} stores them. Fetch or write the file again.`,
    );
  return { name, type, shape, size, begin: dataStart + offset, bytes: storedBytes(type, size) };
}
