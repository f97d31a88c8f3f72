import { copyFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CallOptions, ConfigError } from '../../core/index.js';
import { AtomicFile, writeFileAtomic } from '../../io/index.js';
import { writeDirectoryAtomically } from '../atomic-directory.js';
import { CheckpointError, listNames } from '../errors.js';
import { INDEX_FILE } from '../hugging-face/locate-weights.js';
import { formatHeader } from '../safetensors/header.js';
import { narrowTo } from '../safetensors/narrow.js';
import type { SafetensorsFile } from '../safetensors/reader.js';
import { ModelTensors, type WeightFile } from './tensors.js';

/** Elements combined and written at a time. */
const CHUNK_ELEMENTS = 2 ** 20;

/** What else belongs to a model: its configuration, tokenizer, licence. */
const BESIDE = /^((?!.*\.index\.json$)[\w.-]+\.(json|model|jinja|txt|md)|LICENSE[\w.-]*|USE_POLICY[\w.-]*)$/;

export interface Combination {
  readonly base: string;
  /** Directory whose files, shapes, dtypes and tokenizer the result has. */
  readonly leading: string;
  readonly output: string;
  /** Name of the option that names it. */
  readonly outputField: 'target' | 'delta';
  readonly overwrite: boolean;
  /** Combines numbers of the leading directory with the base's, in place. */
  readonly combine: (leading: Float32Array, base: Float32Array) => void;
  /** What is being done, as progress names it. */
  readonly phase: string;
}

/**
 * Writes a directory that combines two, file by file, a megabyte or so of each at a time. Rows that the leading one has
 * beyond the base's are taken as they are: they belong to tokens that were added.
 */
export async function combineDirectories(combination: Combination, options: CallOptions): Promise<void> {
  const { leading: from, base: onto, output, overwrite } = combination;
  assertApart(combination);
  await using leading = await ModelTensors.open(from);
  await using base = await ModelTensors.open(onto);
  assertMatching(leading, base);
  const total = leading.files.reduce(
    (sum, { file, tensors }) => sum + tensors.reduce((size, name) => size + file.tensor(name).size, 0),
    0,
  );
  let done = 0;
  const onWritten = (elements: number) => {
    done += elements;
    options.onProgress?.({ phase: combination.phase, done, total });
  };
  const owns = (name: string) => BESIDE.test(name) || name === INDEX_FILE || name.endsWith('.safetensors');
  await writeDirectoryAtomically(output, { overwrite, owns, mayReplace: async () => false }, async (staging) => {
    for (const file of leading.files) await writeFile(staging, file, base, combination, options.signal, onWritten);
    if (leading.files.length > 1) await writeIndex(staging, leading);
    for (const name of await readdir(from))
      if (BESIDE.test(name)) await copyFile(join(from, name), join(staging, name));
  });
}

function assertApart({ base, leading, output, outputField }: Combination): void {
  if (![base, leading].some((directory) => resolve(directory) === resolve(output))) return;
  const message = `${output} is one of the directories that are read. Choose another`;
  throw new ConfigError('weight delta', [{ path: outputField, message }]);
}

function assertMatching(leading: ModelTensors, base: ModelTensors): void {
  const missing = [...leading.fileOf.keys()].filter((name) => !base.fileOf.has(name));
  const left = [...base.fileOf.keys()].filter((name) => !leading.fileOf.has(name));
  const problems = [
    missing.length > 0 ? `it lacks these tensors of ${leading.directory}: ${listNames(missing)}.` : '',
    left.length > 0 ? `these of its tensors are not in ${leading.directory}: ${listNames(left)}.` : '',
  ].filter((problem) => problem !== '');
  if (problems.length > 0)
    throw new CheckpointError(
      { file: base.directory },
      `${problems.join(' ')} Name the base model that the other was made from, of the same size.`,
    );
  for (const [name, file] of leading.fileOf) {
    const [ours, theirs] = [file.tensor(name).shape, base.fileOf.get(name)!.tensor(name).shape];
    const isLonger = ours[0]! >= theirs[0]! && /(embed_tokens|lm_head)\.weight$/.test(name);
    const isSame = ours.length === theirs.length && ours.every((extent, axis) => extent === theirs[axis]);
    if (isSame || (isLonger && ours.length === theirs.length && ours[1] === theirs[1])) continue;
    throw new CheckpointError(
      { file: file.path, tensor: name },
      `its shape is [${ours.join(', ')}], but [${theirs.join(', ')}] in ${base.directory}. Only the vocabulary may be larger than the base's.`,
    );
  }
}

async function writeFile(
  staging: string,
  { name: target, file, tensors }: WeightFile,
  base: ModelTensors,
  { combine }: Combination,
  signal: AbortSignal | undefined,
  onWritten: (elements: number) => void,
): Promise<void> {
  const written = await AtomicFile.create(join(staging, target));
  const specifications = tensors.map((name) => file.tensor(name));
  try {
    await written.write(formatHeader(specifications, { format: 'pt' }));
    for (const { name, size } of specifications)
      for (let start = 0; start < size; start += CHUNK_ELEMENTS) {
        signal?.throwIfAborted();
        const values = await file.read(name, new Float32Array(Math.min(CHUNK_ELEMENTS, size - start)), start, signal);
        const onto = await readBase(base.fileOf.get(name)!, name, start, values.length, signal);
        combine(values.subarray(0, onto.length), onto);
        await written.write(narrowTo(file.dtypeOf(name), values, name, start));
        onWritten(values.length);
      }
    await written.commit();
  } finally {
    await written.discard();
  }
}

/** As much of the base as there is: fewer numbers, or none, where its vocabulary ends. */
function readBase(
  file: SafetensorsFile,
  name: string,
  start: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const there = Math.max(0, Math.min(length, file.tensor(name).size - start));
  return file.read(name, new Float32Array(there), Math.min(start, file.tensor(name).size), signal);
}

async function writeIndex(staging: string, { files }: ModelTensors): Promise<void> {
  const all = files.flatMap(({ name: target, file, tensors }) =>
    tensors.map((name) => ({ name, target, info: file.tensor(name) })),
  );
  const index = {
    metadata: { total_size: all.reduce((sum, { info }) => sum + info.end - info.begin, 0) },
    weight_map: Object.fromEntries(
      all.map(({ name, target }) => [name, target]).sort(([one], [other]) => (one! < other! ? -1 : 1)),
    ),
  };
  await writeFileAtomic(join(staging, INDEX_FILE), `${JSON.stringify(index, null, 2)}\n`);
}
