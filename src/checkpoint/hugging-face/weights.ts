import { basename } from 'node:path';
import { type BlockLayout, type ModelShape, modelBlocks } from '../../engine/index.js';
import { CheckpointError, listNames } from '../errors.js';
import { SafetensorsFile } from '../safetensors/reader.js';
import { locateWeights } from './locate-weights.js';

const EMBEDDING = 'model.embed_tokens.weight';
const LM_HEAD = 'lm_head.weight';

/** Rotary frequencies that transformers before 4.32 stored; they follow from the configuration. */
const DERIVED = /(^|\.)rotary_emb\.inv_freq$/;

/** Elements of the two matrices compared at a time. */
const COMPARED = 2 ** 20;

type Open = ReadonlyMap<string, SafetensorsFile>;

/**
 * The weights of a Hugging Face LLaMA directory, open to be read block by block into the layout of
 * {@link modelBlocks}. Names, shapes and dtypes are checked when it is opened.
 */
export class HuggingFaceWeights implements AsyncDisposable {
  /** The shape that was asked for, with what the files say about tied embeddings. */
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  readonly #fileOf: Open;
  readonly #files: readonly SafetensorsFile[];

  private constructor(shape: ModelShape, fileOf: Open, files: readonly SafetensorsFile[]) {
    this.shape = shape;
    this.blocks = modelBlocks(shape);
    this.#fileOf = fileOf;
    this.#files = files;
  }

  /**
   * Tied embeddings are decided as transformers 5 does. Where the configuration ties them, one matrix in the files,
   * under either name, is both; two equal ones are tied; two different ones are NOT, and {@link HuggingFaceWeights.shape}
   * then says so. Where the configuration does not tie them, both have to be there (transformers would invent the
   * missing one at random).
   *
   * @throws CheckpointError naming file and tensors that are missing, unexpected, or not of the configured shape.
   */
  static async open(directory: string, shape: ModelShape, signal?: AbortSignal): Promise<HuggingFaceWeights> {
    const { files: paths, fileOf } = await locateWeights(directory);
    const files: SafetensorsFile[] = [];
    try {
      for (const path of paths) files.push(await SafetensorsFile.open(path));
      const found = fileOf === undefined ? namesOf(files[0]!) : resolveIndex(fileOf, files);
      const decided =
        shape.tiedEmbeddings && !(await areTied(found, signal)) ? { ...shape, tiedEmbeddings: false } : shape;
      assertComplete(directory, found, decided);
      return new HuggingFaceWeights(decided, found, files);
    } catch (error) {
      await closeAll(files);
      throw error;
    }
  }

  /**
   * Reads one block.
   *
   * @param into - the block's flat vector, filled and returned.
   */
  async read(block: BlockLayout, into: Float32Array, signal?: AbortSignal): Promise<Float32Array> {
    for (const { name, offset, size } of block.parameters) {
      const stored = storedName(name, this.shape, this.#fileOf);
      await this.#fileOf.get(stored)!.read(stored, into.subarray(offset, offset + size), 0, signal);
    }
    return into;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeAll(this.#files);
  }
}

/** A tied matrix may be stored under the head's name alone. */
function storedName(name: string, shape: ModelShape, found: Open): string {
  return name === EMBEDDING && shape.tiedEmbeddings && !found.has(EMBEDDING) ? LM_HEAD : name;
}

async function closeAll(files: readonly SafetensorsFile[]): Promise<void> {
  await Promise.all(files.map((file) => file[Symbol.asyncDispose]()));
}

function namesOf(file: SafetensorsFile): Open {
  return new Map([...file.tensors.keys()].map((name) => [name, file]));
}

/** Follows the index alone: what a shard holds beyond it does not belong to the model. */
function resolveIndex(fileOf: ReadonlyMap<string, string>, files: readonly SafetensorsFile[]): Open {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return new Map(
    [...fileOf].map(([name, path]) => {
      const file = byPath.get(path)!;
      if (!file.tensors.has(name))
        throw new CheckpointError(
          { file: path, tensor: name },
          'the index says it is in this file, but it is not. Fetch both again.',
        );
      return [name, file];
    }),
  );
}

async function areTied(found: Open, signal: AbortSignal | undefined): Promise<boolean> {
  const embedding = found.get(EMBEDDING);
  const head = found.get(LM_HEAD);
  if (embedding === undefined || head === undefined) return true;
  const { size } = embedding.tensor(EMBEDDING);
  if (head.tensor(LM_HEAD).size !== size) return false;
  for (let start = 0; start < size; start += COMPARED) {
    const count = Math.min(COMPARED, size - start);
    const ours = await embedding.read(EMBEDDING, new Float32Array(count), start, signal);
    const theirs = await head.read(LM_HEAD, new Float32Array(count), start, signal);
    if (ours.some((value, index) => value !== theirs[index])) return false;
  }
  return true;
}

function assertComplete(directory: string, found: Open, shape: ModelShape): void {
  const parameters = modelBlocks(shape).flatMap((block) => block.parameters);
  const expected = new Set(parameters.map(({ name }) => storedName(name, shape, found)));
  const missing = [...expected].filter((name) => !found.has(name));
  const unexpected = [...found.keys()].filter(
    (name) => !expected.has(name) && !DERIVED.test(name) && !(shape.tiedEmbeddings && name === LM_HEAD),
  );
  const problems = [
    missing.length > 0 ? `these tensors are missing: ${listNames(missing)}.` : '',
    unexpected.length > 0 ? `these tensors belong to no LLaMA of this config.json: ${listNames(unexpected)}.` : '',
    missing.length === 1 && missing[0] === LM_HEAD
      ? 'If the model shares its embedding with its head, set "tie_word_embeddings": true in config.json.'
      : missing.length + unexpected.length > 0
        ? 'Check that config.json and the weights belong to the same model, and that every file was fetched.'
        : '',
  ].filter((problem) => problem !== '');
  if (problems.length > 0) throw new CheckpointError({ file: directory }, problems.join(' '));
  for (const { name, shape: extents } of parameters) assertReadable(found, storedName(name, shape, found), extents);
}

function assertReadable(found: Open, name: string, shape: readonly number[]): void {
  const file = found.get(name)!;
  file.dtypeOf(name);
  const actual = file.tensor(name).shape;
  if (actual.length === shape.length && actual.every((extent, axis) => extent === shape[axis])) return;
  throw new CheckpointError(
    { file: file.path, tensor: name },
    `its shape is [${actual.slice(0, 8).join(', ')}], but config.json asks for [${shape.join(', ')}]. Check that ${basename(file.path)} and config.json belong to the same model.`,
  );
}
