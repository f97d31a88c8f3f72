import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as z from 'zod';
import {
  type GgufEntry,
  type GgufMetadata,
  type GgufWeightType,
  HuggingFaceWeights,
  writeGgufWeights,
} from '../../checkpoint/index.js';
import { isChatTemplate, type PromptTemplate } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Resolved, VicunaError } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import { type ResolvedLlamaConfig, toModelShape } from '../config/llama-config.js';
import { jinjaTemplate } from '../jinja-template.js';
import { loadDescription } from '../parts.js';
import type { DescribedModel } from '../save.js';
import { describeTemplate } from '../saved-template.js';
import { configMetadata } from './config.js';
import { CHAT_TEMPLATE, OWN_TEMPLATE } from './load.js';
import { ropeFactors } from './rope.js';
import { tokenizerMetadata } from './tokenizer/export.js';

/** How a model becomes a GGUF file. @public */
export interface GgufOptions extends CallOptions {
  /**
   * How matrices are stored; vectors stay float32. Only `F32` keeps every bit. `Q8_0` takes 8.5 bits a weight: 32
   * neighbours share a scale; matrices whose rows are no multiple of 32 become F16.
   *
   * @defaultValue `'F16'`
   */
  readonly type?: GgufWeightType | undefined;
  /** Name of the model in the file. @defaultValue the model's id, or its directory's name */
  readonly name?: string | undefined;
  /**
   * Whether the tokenizer and the chat template go into the file. Without them llama.cpp takes and gives token ids only.
   *
   * @defaultValue `true` where the model has a tokenizer
   */
  readonly tokenizer?: boolean | undefined;
  /** Replace a file that is no GGUF file. @defaultValue `false` */
  readonly overwrite?: boolean | undefined;
}

type GgufSettings = Omit<GgufOptions, keyof CallOptions>;

const optionsSchema: z.ZodType<Omit<Resolved<GgufSettings>, 'name'> & Pick<GgufSettings, 'name'>, GgufSettings> =
  z.strictObject({
    type: z.enum(['F32', 'F16', 'Q8_0']).default('F16'),
    name: z.string().min(1).exactOptional(),
    tokenizer: z.boolean().default(true),
    overwrite: z.boolean().default(false),
  });

/** Everything that goes into a GGUF file. */
export interface SavedGguf extends DescribedModel {
  readonly id: string;
  readonly readBlock: (block: number, into: Float32Array) => Promise<unknown>;
}

/** What a file says of how its matrices are stored, as llama.cpp numbers it. */
const fileTypes: Readonly<Record<GgufWeightType, number>> = { F32: 0, F16: 1, Q8_0: 7 };

/** Writes a GGUF file that appears whole or not at all. */
export async function saveGguf(path: string, model: SavedGguf, options: GgufOptions): Promise<void> {
  const { signal, onProgress, ...rest } = options;
  const { type, name = model.id, tokenizer, overwrite } = parseConfig(optionsSchema, rest, 'GGUF options');
  if (!overwrite) await assertReplaceable(path);
  const { config } = model.description;
  const metadata = new Map<string, GgufEntry>([
    ...generalMetadata(name, type),
    ...configMetadata(config),
    ...(await textMetadata(config, tokenizer ? model.tokenizer : undefined, model.template)),
  ]);
  const written = {
    metadata,
    type,
    shape: toModelShape(config),
    readBlock: model.readBlock,
    ropeFactors: ropeFactors(config.rope, config.headSize),
  };
  await writeGgufWeights(path, written, { signal, onProgress });
}

/**
 * Writes the model of a Hugging Face directory as a GGUF file for llama.cpp, one block at a time: no engine is needed, and
 * a model larger than memory goes through. What {@link VicunaModel.saveGguf} does for a model that is loaded.
 *
 * @example
 * ```ts
 * await exportGguf('vicuna-7b', 'vicuna-7b.Q8_0.gguf', { type: 'Q8_0' });
 * ```
 *
 * @param directory - `config.json`, safetensors and, where there is one, `tokenizer.json`.
 * @throws CheckpointError when files are missing, damaged or do not fit together; VicunaError `model-unsupported` for an
 * architecture that is not computed here, `file-unwritable` where something else is in the way.
 * @throws TokenizerError where llama.cpp would tokenise otherwise than the model's tokenizer.
 * @public
 */
export async function exportGguf(directory: string, path: string, options: GgufOptions = {}): Promise<void> {
  const { signal } = options;
  const described = await loadDescription(directory, {});
  const { config, extras } = described.description;
  await using weights = await HuggingFaceWeights.open(directory, toModelShape(config), signal);
  const { tiedEmbeddings } = weights.shape;
  const model: SavedGguf = {
    ...described,
    id: basename(resolve(directory)),
    description: { config: { ...config, tiedEmbeddings }, extras },
    readBlock: (block, into) => weights.read(weights.blocks[block]!, into, signal),
  };
  await saveGguf(path, model, options);
}

function generalMetadata(name: string, type: GgufWeightType): GgufMetadata {
  return new Map<string, GgufEntry>([
    ['general.architecture', { kind: 'string', value: 'llama' }],
    ['general.type', { kind: 'string', value: 'model' }],
    ['general.name', { kind: 'string', value: name }],
    ['general.file_type', { kind: 'uint32', value: fileTypes[type] }],
    ['general.quantization_version', { kind: 'uint32', value: 2 }],
  ]);
}

async function textMetadata(
  config: ResolvedLlamaConfig,
  tokenizer: Tokenizer | undefined,
  template: PromptTemplate,
): Promise<GgufMetadata> {
  // A chat template is the file's own entry; here stands how it is used, and of one of ours its name or all of it.
  const described = describeTemplate(template, tokenizer);
  const value = isChatTemplate(template) ? described : described.template;
  const own: [string, GgufEntry] = [
    OWN_TEMPLATE,
    { kind: 'string', value: typeof value === 'string' ? value : JSON.stringify(value) },
  ];
  if (tokenizer === undefined)
    return new Map([['tokenizer.ggml.model', { kind: 'string', value: 'none' }], ...roleEntries(config), own]);
  const ends = new Set([...tokenizer.endTokenIds, ...config.endTokenIds]);
  return new Map<string, GgufEntry>([
    ...(await tokenizerMetadata(tokenizer, config.vocabularySize, [...ends])),
    [CHAT_TEMPLATE, { kind: 'string', value: jinjaTemplate(template) }],
    own,
  ]);
}

/** A file without a tokenizer still says which tokens begin and end a text. */
function roleEntries({ beginTokenId, endTokenIds }: ResolvedLlamaConfig): [string, GgufEntry][] {
  const roles = { bos: beginTokenId, eos: endTokenIds[0], eot: endTokenIds[1] };
  return Object.entries(roles).flatMap(([role, id]): [string, GgufEntry][] =>
    id === null || id === undefined ? [] : [[`tokenizer.ggml.${role}_token_id`, { kind: 'uint32', value: id }]],
  );
}

async function assertReplaceable(path: string): Promise<void> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return;
  try {
    const magic = Buffer.alloc(4);
    const { bytesRead } = await handle.read(magic, 0, 4, 0).catch(() => ({ bytesRead: 0 }));
    if (bytesRead === 0 || magic.toString('latin1') === 'GGUF') return;
  } finally {
    await handle.close();
  }
  throw new VicunaError(
    'file-unwritable',
    `${path} exists and is no GGUF file. Choose another name, or pass overwrite: true to replace it.`,
  );
}
