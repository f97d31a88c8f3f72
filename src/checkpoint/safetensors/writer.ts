import { AtomicFile } from '../../io/index.js';
import { toSafetensorsDtype, type WeightDtype } from './dtype.js';
import { formatHeader } from './header.js';
import { narrowTo } from './narrow.js';

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
        await file.write(narrowTo(dtype, part, tensor.name, done));
        options.onWritten?.(part.length);
      }
    }
    await file.commit();
  } finally {
    await file.discard();
  }
}
