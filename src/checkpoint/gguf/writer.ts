import { VicunaError } from '../../core/index.js';
import { AtomicFile, type WrittenFile } from '../../io/index.js';
import { bytesOf, formatHeader, type GgufTensorSpecification } from './format-header.js';
import { align, DEFAULT_ALIGNMENT } from './header.js';
import type { GgufMetadata } from './metadata.js';
import { type GgufWeightType, quantize } from './quantize.js';
import { storedBytes } from './tensor-type.js';

/** Elements stored and written at a time; whole blocks of every type. */
const CHUNK_ELEMENTS = 2 ** 20;

export interface GgufTensorToWrite extends GgufTensorSpecification {
  readonly type: GgufWeightType;
}

export interface WriteGgufOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of elements written after each piece. */
  readonly onWritten?: ((elements: number) => void) | undefined;
}

/**
 * Writes a GGUF file of version 3, holding no more than one tensor at a time. The file appears whole or not at all.
 *
 * @param tensors - in the order they are to stand in the file.
 * @param read - called once for each tensor, in order.
 * @throws VicunaError `model-unsupported` where a number is beyond what its type holds.
 */
export async function writeGguf<Tensor extends GgufTensorToWrite>(
  path: string,
  metadata: GgufMetadata,
  tensors: readonly Tensor[],
  read: (tensor: Tensor) => Promise<Float32Array> | Float32Array,
  { signal, onWritten }: WriteGgufOptions,
): Promise<WrittenFile> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(formatHeader(metadata, tensors));
    for (const tensor of tensors) {
      const values = await read(tensor);
      const size = tensor.shape.reduce((product, extent) => product * extent, 1);
      if (values.length !== size) throw new RangeError(`${tensor.name} has ${values.length} values, not ${size}.`);
      for (let done = 0; done < size; done += CHUNK_ELEMENTS) {
        signal?.throwIfAborted();
        const part = values.subarray(done, done + CHUNK_ELEMENTS);
        await file.write(store(part, tensor, done));
        onWritten?.(part.length);
      }
      const bytes = bytesOf(tensor);
      await file.write(new Uint8Array(align(bytes, DEFAULT_ALIGNMENT) - bytes));
    }
    return await file.commit();
  } finally {
    await file.discard();
  }
}

function store(values: Float32Array, { name, type }: GgufTensorToWrite, start: number): Uint8Array {
  const stored = new Uint8Array(storedBytes(type, values.length));
  // Blocks lie in a resizable buffer, whose elements V8 reads several times slower than those of a copy.
  const beyond = quantize[type](values.slice(), stored);
  if (beyond === -1) return stored;
  throw new VicunaError(
    'model-unsupported',
    `${name} holds ${values[beyond]} at index ${start + beyond}, which ${type} cannot hold. Write the model as F32.`,
  );
}
