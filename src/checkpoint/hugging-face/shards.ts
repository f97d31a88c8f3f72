/** A tensor and how many bytes it takes in a file. */
export interface Sized {
  readonly name: string;
  readonly bytes: number;
}

export interface Shard<Tensor> {
  readonly file: string;
  readonly tensors: readonly Tensor[];
}

/**
 * Splits tensors, in order, into files of up to `maximumBytes`; a larger tensor gets a file of its own. Files are named
 * as transformers names them: `model.safetensors` alone, `model-00001-of-00003.safetensors` among several.
 */
export function planShards<Tensor extends Sized>(tensors: readonly Tensor[], maximumBytes: number): Shard<Tensor>[] {
  const groups: Tensor[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const tensor of tensors) {
    if (filled + tensor.bytes > maximumBytes) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)!.push(tensor);
    filled += tensor.bytes;
  }
  const number = (count: number) => String(count).padStart(5, '0');
  return groups.map((group, index) => ({
    file:
      groups.length === 1 ? 'model.safetensors' : `model-${number(index + 1)}-of-${number(groups.length)}.safetensors`,
    tensors: group,
  }));
}
