import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileError } from '../../io/index.js';
import { formatHeader } from '../safetensors/header.js';
import { syncDirectory, syncHandle, writeFully } from './durable.js';
import { type CheckpointBlock, type TensorKind, tensorKinds } from './pieces.js';

/** Bytes hashed and written at a time: the event loop stands still for hashing them, some five milliseconds. */
const SLICE_BYTES = 4 * 2 ** 20;

/** Where a piece lies, without its numbers. */
export interface PieceRange {
  readonly kind: TensorKind;
  readonly block: number;
  readonly start: number;
  readonly end: number;
}

/** A stretch of one parameter in one file. */
export interface Stretch {
  readonly kind: TensorKind;
  /** Hugging Face name. */
  readonly name: string;
  /** Elements of the flattened parameter, the end not included. */
  readonly elements: readonly [start: number, end: number];
  /** Bytes of the file, the end not included. */
  readonly bytes: readonly [start: number, end: number];
}

export interface RankFileLayout {
  readonly name: string;
  readonly header: Uint8Array;
  readonly stretches: readonly Stretch[];
  readonly bytes: number;
}

const numbered = (count: number) => String(count).padStart(5, '0');

export function rankFileName(rank: number, worldSize: number): string {
  return `rank-${numbered(rank)}-of-${numbered(worldSize)}.safetensors`;
}

export function isRankFileName(name: string): boolean {
  return /^rank-\d{5,}-of-\d{5,}\.safetensors$/.test(name);
}

/** The order in which pieces stand in a file. */
export function inFileOrder<Piece extends PieceRange>(pieces: readonly Piece[]): Piece[] {
  return [...pieces].sort(
    (left, right) =>
      tensorKinds.indexOf(left.kind) - tensorKinds.indexOf(right.kind) ||
      left.block - right.block ||
      left.start - right.start,
  );
}

/**
 * Decides every byte of a rank's file but the numbers, from its pieces alone: rank 0 can write the manifest of all files
 * without seeing one. A safetensors file whose tensors are stretches of parameters: other tools open it as it is.
 */
export function layOutRankFile(
  pieces: readonly PieceRange[],
  blocks: readonly CheckpointBlock[],
  { rank, worldSize, step }: { readonly rank: number; readonly worldSize: number; readonly step: number },
): RankFileLayout {
  const parts = inFileOrder(pieces).flatMap((piece) => splitByParameter(piece, blocks[piece.block]!));
  const header = formatHeader(
    parts.map(({ kind, name, elements: [start, end] }) => ({
      name: `${kind}/${name}[${start}:${end}]`,
      dtype: 'F32',
      shape: [end - start],
    })),
    { format: 'vicuna-sdk training shard', step: `${step}`, rank: `${rank}`, worldSize: `${worldSize}` },
  );
  let bytes = header.byteLength;
  const stretches = parts.map((part): Stretch => {
    const begin = bytes;
    bytes += (part.elements[1] - part.elements[0]) * Float32Array.BYTES_PER_ELEMENT;
    return { ...part, bytes: [begin, bytes] };
  });
  return { name: rankFileName(rank, worldSize), header, stretches, bytes };
}

function splitByParameter({ kind, start, end }: PieceRange, block: CheckpointBlock): Omit<Stretch, 'bytes'>[] {
  return block.parameters.flatMap(({ name, offset, size }) => {
    const first = Math.max(start, offset) - offset;
    const last = Math.min(end, offset + size) - offset;
    return first < last ? [{ kind, name, elements: [first, last] as const }] : [];
  });
}

/**
 * Writes a rank's file and puts it on the disk; on failure nothing of it is left.
 *
 * @param values - of the pieces, in file order.
 * @returns SHA-256 of the file, in hexadecimal.
 * @throws VicunaError `file-unwritable`.
 */
export async function writeRankFile(
  path: string,
  header: Uint8Array,
  values: readonly Float32Array[],
  signal: AbortSignal,
): Promise<string> {
  try {
    // 'wx': a file of this name can only come from another process that saves to the same place.
    const handle = await open(path, 'wx');
    try {
      const hash = createHash('sha256');
      for (const slice of slices(header, values)) {
        signal.throwIfAborted();
        const written = writeFully(handle, slice);
        hash.update(slice);
        await written;
      }
      await syncHandle(handle);
      await handle.close();
      await syncDirectory(dirname(path));
      return hash.digest('hex');
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileError('file-unwritable', path, error);
  }
}

function* slices(header: Uint8Array, values: readonly Float32Array[]): Generator<Uint8Array, void, undefined> {
  yield header;
  for (const { buffer, byteOffset, byteLength } of values)
    for (let start = 0; start < byteLength; start += SLICE_BYTES)
      yield new Uint8Array(buffer, byteOffset + start, Math.min(SLICE_BYTES, byteLength - start));
}
