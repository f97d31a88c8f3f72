import { type FileHandle, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CallOptions } from '../../core/index.js';
import type { ParameterSlice } from '../../engine/index.js';
import { fileError } from '../../io/index.js';
import { TrainingCheckpointError } from '../errors.js';
import type { Manifest, ManifestParameter, ManifestPiece } from './manifest.js';
import { MANIFEST_FILE, readMarker } from './marker.js';
import type { CheckpointBlock, TensorKind } from './pieces.js';
import type { TrainingState } from './state.js';
import { verifyFile } from './verify.js';

/** Bytes read at a time, so that an abort is noticed at once. */
const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * A saved training state, verified. Whatever number of ranks wrote it, any part of any block can be read: that is all
 * that resuming at another world size takes.
 *
 * @public
 */
export class TrainingCheckpoint {
  /** Its directory. */
  readonly path: string;
  /** Step, cursor, random sequences and settings as they were saved. */
  readonly state: TrainingState;
  /** Ranks that wrote it. */
  readonly worldSize: number;
  readonly #files: Manifest['files'];
  readonly #parameters: ReadonlyMap<string, ManifestParameter>;

  private constructor(path: string, { state, worldSize, files, parameters }: Manifest) {
    this.path = path;
    this.state = state;
    this.worldSize = worldSize;
    this.#files = files;
    this.#parameters = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  }

  /**
   * Opens one checkpoint, reading every file once to compare its SHA-256.
   *
   * @throws TrainingCheckpointError naming the file that is damaged.
   */
  static async open(path: string, { signal, onProgress }: CallOptions = {}): Promise<TrainingCheckpoint> {
    const manifest = await readCheckpointManifest(path);
    const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const file of manifest.files) {
      await verifyFile(path, file, signal);
      done += file.bytes;
      onProgress?.({ phase: 'verify', done, total });
    }
    return TrainingCheckpoint.ofVerified(path, manifest);
  }

  /** For whoever has compared the files already. @internal */
  static ofVerified(path: string, manifest: Manifest): TrainingCheckpoint {
    return new TrainingCheckpoint(resolve(path), manifest);
  }

  /**
   * Reads a part of a block's flat vector.
   *
   * @param start - first element.
   * @param into - filled and returned; its length says how much is read. @defaultValue the block from `start` on
   * @throws TrainingCheckpointError where the checkpoint holds another model.
   */
  async read(
    kind: TensorKind,
    block: CheckpointBlock,
    start = 0,
    into: Float32Array = new Float32Array(block.size - start),
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const end = start + into.length;
    if (start < 0 || end > block.size) throw new RangeError(`The block has ${block.size} elements, not ${end}.`);
    const handles = new Map<number, FileHandle>();
    try {
      for (const slice of block.parameters) {
        for (const { file, bytes, elements } of this.#piecesOf(kind, slice)) {
          const from = Math.max(start, slice.offset + elements[0]);
          const to = Math.min(end, slice.offset + elements[1]);
          if (from >= to) continue;
          const handle = handles.get(file) ?? (await this.#openFile(file));
          handles.set(file, handle);
          const position = bytes[0] + (from - slice.offset - elements[0]) * Float32Array.BYTES_PER_ELEMENT;
          await this.#readFully({ handle, file, position, into: into.subarray(from - start, to - start), signal });
        }
      }
      return into;
    } finally {
      for (const handle of handles.values()) await handle.close();
    }
  }

  #piecesOf(kind: TensorKind, { name, shape }: ParameterSlice): readonly ManifestPiece[] {
    const fail = (problem: string) =>
      new TrainingCheckpointError(
        'checkpoint-unsupported',
        join(this.path, MANIFEST_FILE),
        `${problem} Resume the model it was made from.`,
      );
    const parameter = this.#parameters.get(name);
    if (parameter === undefined) throw fail(`it holds no ${name}.`);
    if (parameter.shape.length !== shape.length || parameter.shape.some((extent, axis) => extent !== shape[axis]))
      throw fail(`its ${name} has shape [${parameter.shape.join(', ')}], not [${shape.join(', ')}].`);
    const pieces = parameter.pieces[kind];
    if (pieces === undefined) throw fail(`it holds no ${kind} of ${name}.`);
    return pieces;
  }

  async #openFile(file: number): Promise<FileHandle> {
    const path = join(this.path, this.#files[file]!.name);
    return open(path).catch((error: unknown) => {
      throw fileError('file-unreadable', path, error);
    });
  }

  async #readFully(part: {
    readonly handle: FileHandle;
    readonly file: number;
    readonly position: number;
    readonly into: Float32Array;
    readonly signal: AbortSignal | undefined;
  }): Promise<void> {
    const { handle, file, position, into, signal } = part;
    const path = join(this.path, this.#files[file]!.name);
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < bytes.byteLength; ) {
      signal?.throwIfAborted();
      const length = Math.min(CHUNK_BYTES, bytes.byteLength - done);
      const { bytesRead } = await handle.read(bytes, done, length, position + done).catch((error: unknown) => {
        throw fileError('file-unreadable', path, error);
      });
      if (bytesRead === 0)
        throw new TrainingCheckpointError('checkpoint-unreadable', path, 'it became shorter while it was read.');
      done += bytesRead;
    }
  }
}

/** @throws TrainingCheckpointError */
export async function readCheckpointManifest(path: string): Promise<Manifest> {
  const marker = await readMarker(path);
  if (marker.status === 'whole') return marker.manifest;
  if (marker.status === 'bad') throw marker.error;
  throw new TrainingCheckpointError(
    'checkpoint-unreadable',
    join(path, MANIFEST_FILE),
    marker.status === 'torn'
      ? 'it ends in the middle: the save that wrote it was killed.'
      : 'it is not there: this is no checkpoint, or its save did not finish. Name a directory like step-00000123.',
  );
}
