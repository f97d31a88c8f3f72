import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../io/index.js';
import { CheckpointError, listNames, quoteValue } from '../errors.js';
import { readJsonObject } from './json-file.js';

export const WEIGHTS_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';

/** Which files a model's weights are in. */
export interface WeightFiles {
  /** Paths. */
  readonly files: readonly string[];
  /** Path of the file of each tensor; `undefined` when there is one file, which names its tensors itself. */
  readonly fileOf: ReadonlyMap<string, string> | undefined;
}

/**
 * Finds the weights of a Hugging Face directory: `model.safetensors`, else what `model.safetensors.index.json` lists.
 * The order is that of transformers.
 *
 * @throws CheckpointError when there are none that can be read, saying how to convert those of another format.
 */
export async function locateWeights(directory: string): Promise<WeightFiles> {
  const entries = await readdir(directory).catch((cause: unknown) => {
    throw fileError('file-unreadable', directory, cause);
  });
  if (entries.includes(WEIGHTS_FILE)) return { files: [join(directory, WEIGHTS_FILE)], fileOf: undefined };
  if (entries.includes(INDEX_FILE)) return readIndex(directory);
  throw new CheckpointError({ file: directory }, describeAbsence(entries, directory));
}

async function readIndex(directory: string): Promise<WeightFiles> {
  const file = join(directory, INDEX_FILE);
  const { weight_map: weightMap } = (await readJsonObject(file)) ?? {};
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap))
    throw new CheckpointError({ file }, 'it has no weight_map. Fetch it again.');
  const fileOf = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap)) {
    // A shard lies beside its index. Anything else could make us read a file of somebody else's choice.
    if (typeof shard !== 'string' || !/^[\w][\w.+-]*\.safetensors$/.test(shard))
      throw new CheckpointError(
        { file, tensor },
        `its file ${quoteValue(shard)} is not the plain name of a .safetensors file. Do not load this directory unless you trust where it comes from.`,
      );
    fileOf.set(tensor, join(directory, shard));
  }
  return { files: [...new Set(fileOf.values())], fileOf };
}

function describeAbsence(entries: readonly string[], directory: string): string {
  const foreign = entries.filter((entry) => /\.(bin|pt|pth|gguf|ckpt|h5|msgpack)$/.test(entry));
  if (foreign.some((entry) => /^pytorch_model.*\.bin$/.test(entry)))
    return `the weights are in PyTorch's pickle format (${listNames(foreign)}), which can run code when it is read. Convert them once, where you trust them: python -c "from transformers import AutoModelForCausalLM as M; M.from_pretrained('${directory}').save_pretrained('${directory}', safe_serialization=True)"`;
  const gguf = foreign.find((entry) => entry.endsWith('.gguf'));
  if (gguf !== undefined) return `the weights are in a GGUF file. Name the file itself: ${join(directory, gguf)}`;
  if (foreign.length > 0)
    return `the weights are in a format that is not read here (${listNames(foreign)}). Convert them to safetensors with transformers.`;
  return `it holds neither ${WEIGHTS_FILE} nor ${INDEX_FILE}. Name the directory that config.json and the weights are in.`;
}
