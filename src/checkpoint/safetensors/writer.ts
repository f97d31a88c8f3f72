import { VicunaError } from '../../core/index.js';
import { AtomicFile } from '../../io/index.js';
import { toSafetensorsDtype, type WeightDtype } from './dtype.js';
import { narrowAll, narrowToBfloat16, narrowToFloat16 } from './half.js';
import { formatHeader } from './header.js';

/** Elements narrowed and written at a time. */
const CHUNK_ELEMENTS = 2 ** 20;

/** A tensor's name and shape; its values follow when it is its turn. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface WriteSafetensorsOptions {
  readonly dtype: WeightDtype;
  /** @defaultValue `{ format: 'pt' }`, which transformers asks for */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of elements written after each piece. */
  readonly onWritten?: ((elements: number) => void) | undefined;
}

/**
 * Writes a safetensors file of one dtype, holding no more than one tensor at a time. The file appears whole or not
 * at all.
 *
 * @param tensors - in the order they are to stand in the file.
 * @param read - called once for each tensor, in order.
 * @throws VicunaError `model-unsupported` where a number is beyond the dtype's range: rounding it to infinity would ruin
 * the model silently.
 */
export async function writeSafetensors<Tensor extends NamedShape>(
  path: string,
  tensors: readonly Tensor[],
  read: (tensor: Tensor) => Promise<Float32Array> | Float32Array,
  options: WriteSafetensorsOptions,
): Promise<void> {
  const { dtype, metadata = { format: 'pt' }, signal } = options;
  const stored = toSafetensorsDtype(dtype);
  const header = formatHeader(
    tensors.map(({ name, shape }) => ({ name, shape, dtype: stored })),
    metadata,
  );
  const file = await AtomicFile.create(path);
  try {
    await file.write(header);
    for (const tensor of tensors) {
      const values = await read(tensor);
      const size = tensor.shape.reduce((product, extent) => product * extent, 1);
      if (values.length !== size) throw new RangeError(`${tensor.name} has ${values.length} values, not ${size}.`);
      for (let done = 0; done < size; done += CHUNK_ELEMENTS) {
        signal?.throwIfAborted();
        const part = values.subarray(done, done + CHUNK_ELEMENTS);
        const { buffer, byteOffset, byteLength } = narrow(part, dtype, tensor.name, done);
        await file.write(new Uint8Array(buffer, byteOffset, byteLength));
        options.onWritten?.(part.length);
      }
    }
    await file.commit();
  } finally {
    await file.discard();
  }
}

function narrow(values: Float32Array, dtype: WeightDtype, name: string, start: number): Float32Array | Uint16Array {
  if (dtype === 'float32') return values;
  const narrowed = new Uint16Array(values.length);
  const beyond = narrowAll(values, narrowed, dtype === 'float16' ? narrowToFloat16 : narrowToBfloat16);
  if (beyond === -1) return narrowed;
  throw new VicunaError(
    'model-unsupported',
    `${name} holds ${values[beyond]} at index ${start + beyond}, which is beyond the range of ${dtype}. Save with dtype '${dtype === 'float16' ? 'bfloat16' : 'float32'}'.`,
  );
}
