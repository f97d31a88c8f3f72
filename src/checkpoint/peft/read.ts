import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type LoraTarget,
  loraBlocks,
  loraTargets,
  type ModelShape,
  type ResolvedLoraConfig,
} from '../../engine/index.js';
import { CheckpointError, listNames } from '../errors.js';
import { readJsonObject } from '../hugging-face/json-file.js';
import { SafetensorsFile } from '../safetensors/reader.js';
import { parseAdapterConfig } from './config.js';
import { CONFIG_FILE, WEIGHTS_FILE } from './files.js';

/** A low-rank adapter in memory. */
export interface Adapter {
  readonly lora: ResolvedLoraConfig;
  /** One flat vector a layer, laid out as in {@link loraBlocks}. */
  readonly vectors: readonly Float32Array[];
}

/**
 * Reads an adapter in peft's format for a model of a shape. It has to adapt the same maps of every layer.
 *
 * @throws VicunaError `model-unsupported` for kinds of adapters that are not computed here, naming the field.
 * @throws CheckpointError where files are missing or damaged, or belong to a model of another shape.
 */
export async function readAdapter(directory: string, shape: ModelShape, signal?: AbortSignal): Promise<Adapter> {
  const configFile = join(directory, CONFIG_FILE);
  const json = await readJsonObject(configFile);
  if (json === undefined)
    throw new CheckpointError(
      { file: configFile },
      'there is no such file. Name the directory an adapter was saved to.',
    );
  const form = parseAdapterConfig(json, configFile);
  await assertSafetensors(directory);
  await using file = await SafetensorsFile.open(join(directory, WEIGHTS_FILE));
  const lora: ResolvedLoraConfig = { ...form, targets: findTargets(file) };
  const blocks = loraBlocks(shape, lora);
  const parameters = blocks.flatMap((block) => block.parameters);
  assertNames(file, new Set(parameters.map(({ name }) => name)));
  for (const { name, shape: extents } of parameters) assertShape(file, name, extents);
  const vectors: Float32Array[] = [];
  for (const block of blocks) {
    const vector = new Float32Array(block.size);
    for (const { name, offset, size } of block.parameters)
      await file.read(name, vector.subarray(offset, offset + size), 0, signal);
    vectors.push(vector);
  }
  return { lora, vectors };
}

async function assertSafetensors(directory: string): Promise<void> {
  const exists = (name: string) =>
    access(join(directory, name)).then(
      () => true,
      () => false,
    );
  if ((await exists(WEIGHTS_FILE)) || !(await exists('adapter_model.bin'))) return;
  throw new CheckpointError(
    { file: directory },
    "the adapter is in PyTorch's pickle format (adapter_model.bin), which can run code when it is read. Load it with " +
      `peft where you trust it, and save it again: that writes ${WEIGHTS_FILE}.`,
  );
}

function findTargets(file: SafetensorsFile): readonly LoraTarget[] {
  const names = [...file.tensors.keys()];
  const targets = loraTargets.filter((target) => names.some((name) => name.includes(`.${target}.lora_`)));
  if (targets.length > 0) return targets;
  throw new CheckpointError(
    { file: file.path },
    `none of its tensors adapts ${loraTargets.join(', ')}: ${listNames(names)}. Name an adapter of a LLaMA.`,
  );
}

function assertNames(file: SafetensorsFile, expected: ReadonlySet<string>): void {
  const missing = [...expected].filter((name) => !file.tensors.has(name));
  const unexpected = [...file.tensors.keys()].filter((name) => !expected.has(name));
  if (missing.length + unexpected.length === 0) return;
  const problems = [
    missing.length > 0 ? `these tensors are missing: ${listNames(missing)}.` : '',
    unexpected.length > 0 ? `these tensors belong to no LoRA of this model: ${listNames(unexpected)}.` : '',
    'Only adapters of the same linear maps of every layer are read. Check that the adapter belongs to the model.',
  ];
  throw new CheckpointError({ file: file.path }, problems.filter((problem) => problem !== '').join(' '));
}

function assertShape(file: SafetensorsFile, name: string, expected: readonly number[]): void {
  const { shape } = file.tensor(name);
  file.dtypeOf(name);
  if (shape.length === expected.length && shape.every((extent, index) => extent === expected[index])) return;
  throw new CheckpointError(
    { file: file.path, tensor: name },
    `it is [${shape.join(', ')}], not [${expected.join(', ')}] as ${CONFIG_FILE} and the model have it. Check that they belong together.`,
  );
}
