import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from '../../io/index.js';
import { CheckpointError } from '../errors.js';
import { readFully } from '../read-fully.js';
import { dequantize } from './dequantize.js';
import { type GgufHeader, type GgufTensorInfo, parseHeader } from './header.js';
import { MAXIMUM_HEADER_BYTES, MoreNeeded } from './header-cursor.js';
import { GgufFields } from './metadata.js';
import { blockOfType } from './tensor-type.js';

/** Most headers are smaller; a large vocabulary takes a second read. */
const FIRST_BYTES = 4 * 2 ** 20;
/** Bytes read at a time: large enough for a disk's full speed, small enough that an abort is noticed at once. */
const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * An open GGUF file, version 2 or 3, little-endian. Its header is checked whole when it is opened; tensors are read one by
 * one at their place in the file, and become float32.
 *
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
 */
export class GgufFile implements AsyncDisposable {
  readonly path: string;
  readonly fields: GgufFields;
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, { metadata, tensors }: GgufHeader) {
    this.path = path;
    this.fields = new GgufFields(metadata, path);
    this.tensors = tensors;
    this.#handle = handle;
  }

  /**
   * @throws VicunaError `file-unreadable` when the system refuses.
   * @throws CheckpointError when the header does not fit the file, or a tensor is of a type that is not read.
   */
  static async open(path: string): Promise<GgufFile> {
    const handle = await open(path).catch((cause: unknown) => {
      throw fileError('file-unreadable', path, cause);
    });
    try {
      const information = await handle.stat();
      if (!information.isFile()) throw new CheckpointError({ file: path }, 'it is not a file.');
      return new GgufFile(path, handle, await readHeader(handle, information.size, path));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws CheckpointError when the file has no such tensor. */
  tensor(name: string): GgufTensorInfo {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new CheckpointError({ file: this.path, tensor: name }, 'the file does not hold it.');
    return tensor;
  }

  /**
   * Reads a tensor as float32.
   *
   * @param into - of the tensor's size, filled and returned.
   */
  async read(name: string, into: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    const { type, size, begin } = this.tensor(name);
    if (into.length !== size) throw new RangeError(`${name} has ${size} elements, not ${into.length}.`);
    const { block, bytes } = blockOfType(type);
    const blocks = size / block;
    const atOnce = Math.min(blocks, Math.floor(CHUNK_BYTES / bytes));
    const buffer = new Uint8Array(atOnce * bytes);
    for (let done = 0; done < blocks; done += atOnce) {
      signal?.throwIfAborted();
      const count = Math.min(atOnce, blocks - done);
      const stored = buffer.subarray(0, count * bytes);
      await readFully(this.#handle, stored, begin + done * bytes, { file: this.path, tensor: name });
      dequantize[type](stored, into.subarray(done * block, (done + count) * block));
    }
    return into;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

async function readHeader(handle: FileHandle, fileBytes: number, path: string): Promise<GgufHeader> {
  for (let wanted = FIRST_BYTES; ; ) {
    const bytes = new Uint8Array(Math.min(wanted, fileBytes));
    await readFully(handle, bytes, 0, { file: path });
    const parsed = parseHeader(bytes, fileBytes, path);
    if (!(parsed instanceof MoreNeeded)) return parsed;
    // By leaps, so that what is parsed again stays less than what is parsed at last.
    wanted = Math.min(Math.max(parsed.bytes, wanted * 4), Math.max(parsed.bytes, MAXIMUM_HEADER_BYTES));
  }
}
