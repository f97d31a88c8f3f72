import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from '../../io/index.js';
import { CheckpointError } from '../errors.js';
import { readFully } from '../read-fully.js';
import { toWeightDtype, type WeightDtype } from './dtype.js';
import { widenBfloat16s, widenFloat16s } from './half.js';
import { MAXIMUM_HEADER_BYTES, parseHeader, type SafetensorsHeader, type TensorInfo } from './header.js';

/** Bytes read at a time: large enough for a disk's full speed, small enough that an abort is noticed at once. */
const CHUNK_BYTES = 8 * 2 ** 20;

/**
 * An open safetensors file. Its header is checked whole when it is opened; tensors are read one by one, or in part, at
 * their place in the file.
 *
 * Format: https://github.com/huggingface/safetensors. Numbers are little-endian there and on every platform Node's
 * releases run on that this package supports.
 */
export class SafetensorsFile implements AsyncDisposable {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly #handle: FileHandle;
  readonly #dataStart: number;

  private constructor(path: string, handle: FileHandle, header: SafetensorsHeader, dataStart: number) {
    this.path = path;
    this.metadata = header.metadata;
    this.tensors = header.tensors;
    this.#handle = handle;
    this.#dataStart = dataStart;
  }

  /**
   * @throws VicunaError `file-unreadable` when the system refuses.
   * @throws CheckpointError when the header does not fit the file.
   */
  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await open(path).catch((cause: unknown) => {
      throw fileError('file-unreadable', path, cause);
    });
    try {
      const information = await handle.stat();
      if (!information.isFile()) throw new CheckpointError({ file: path }, 'it is not a file.');
      const headerBytes = await readHeaderLength(handle, path, information.size);
      const bytes = new Uint8Array(headerBytes);
      await readFully(handle, bytes, 8, { file: path });
      const header = parseHeader(bytes, information.size - 8 - headerBytes, path);
      return new SafetensorsFile(path, handle, header, 8 + headerBytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws CheckpointError when the file has no such tensor. */
  tensor(name: string): TensorInfo {
    const tensor = this.tensors.get(name);
    if (tensor === undefined)
      throw new CheckpointError({ file: this.path, tensor: name }, 'the file does not hold it.');
    return tensor;
  }

  /** @throws CheckpointError for a tensor that cannot be read as float32 exactly. */
  dtypeOf(name: string): WeightDtype {
    const { dtype } = this.tensor(name);
    const readable = toWeightDtype(dtype);
    if (readable !== undefined) return readable;
    throw new CheckpointError(
      { file: this.path, tensor: name },
      `it is stored as ${dtype}; only F32, F16 and BF16 are read. Save the model in one of them.`,
    );
  }

  /**
   * Reads a tensor as float32; float16 and bfloat16 widen exactly.
   *
   * @param into - filled and returned; shorter than the tensor to read only a part.
   * @param start - first element to read.
   * @throws CheckpointError for dtypes that are not float32, float16 or bfloat16, and where the file ends early.
   */
  async read(name: string, into?: Float32Array, start = 0, signal?: AbortSignal): Promise<Float32Array> {
    const tensor = this.tensor(name);
    const where = { file: this.path, tensor: name };
    const values = into ?? new Float32Array(tensor.size - start);
    if (start + values.length > tensor.size)
      throw new RangeError(`${name} has ${tensor.size} elements, not ${start + values.length}.`);
    const dtype = this.dtypeOf(name);
    const bytes = dtype === 'float32' ? 4 : 2;
    const chunk = CHUNK_BYTES / bytes;
    const halves = dtype === 'float32' ? undefined : new Uint16Array(Math.min(chunk, values.length));
    for (let done = 0; done < values.length; done += chunk) {
      signal?.throwIfAborted();
      const part = values.subarray(done, done + chunk);
      const raw = halves?.subarray(0, part.length) ?? part;
      const position = this.#dataStart + tensor.begin + (start + done) * bytes;
      await readFully(this.#handle, new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength), position, where);
      if (raw instanceof Uint16Array) (dtype === 'float16' ? widenFloat16s : widenBfloat16s)(raw, part);
    }
    return values;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

async function readHeaderLength(handle: FileHandle, file: string, fileBytes: number): Promise<number> {
  if (fileBytes < 8)
    throw new CheckpointError(
      { file },
      `it has ${fileBytes} bytes, too few for a safetensors header. Fetch or write the file again.`,
    );
  const bytes = new Uint8Array(8);
  await readFully(handle, bytes, 0, { file });
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  const fail = (problem: string) =>
    new CheckpointError(
      { file },
      `its header claims ${length} bytes, ${problem}: this is no safetensors file, or a damaged one.`,
    );
  if (length > MAXIMUM_HEADER_BYTES) throw fail(`above the limit of ${MAXIMUM_HEADER_BYTES}`);
  if (length > fileBytes - 8) throw fail(`but only ${fileBytes - 8} follow`);
  return Number(length);
}
