import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readJsonObject, type WeightDtype, writeDirectoryAtomically, writeWeights } from '../checkpoint/index.js';
import { isChatTemplate, type PromptTemplate } from '../conversation/index.js';
import { type CallOptions, parseConfig, type Resolved } from '../core/index.js';
import type { BlockLayout } from '../engine/index.js';
import { writeFileAtomic } from '../io/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { TEMPLATE_FILE } from './chat-template-files.js';
import { formatConfig, type HuggingFaceConfig, toHuggingFace } from './config/hugging-face.js';
import { OWN_FIELD } from './directory.js';
import { jinjaTemplate } from './jinja-template.js';
import { describeTemplate } from './saved-template.js';

/** How a model is saved. @public */
export interface SaveOptions extends CallOptions {
  /** How weights are stored. Only `float32` keeps every bit. @defaultValue `'float32'` */
  readonly dtype?: WeightDtype | undefined;
  /** Largest file of weights in bytes; what is longer is split, with an index. @defaultValue `5_000_000_000` */
  readonly maxShardBytes?: number | undefined;
  /**
   * Replace the model files of a directory that this package did not write. Other files in it are kept.
   *
   * @defaultValue `false`
   */
  readonly overwrite?: boolean | undefined;
}

type SaveSettings = Omit<SaveOptions, keyof CallOptions>;

const saveSchema: z.ZodType<Resolved<SaveSettings>, SaveSettings> = z.strictObject({
  dtype: z.enum(['float32', 'bfloat16', 'float16']).default('float32'),
  maxShardBytes: z.int().positive().default(5_000_000_000),
  overwrite: z.boolean().default(false),
});

/** What a model's directory holds besides its weights. */
export interface DescribedModel {
  readonly description: HuggingFaceConfig;
  /** Content of `generation_config.json`. */
  readonly generation: Readonly<Record<string, unknown>>;
  readonly template: PromptTemplate;
  readonly tokenizer: Tokenizer | undefined;
}

/** Everything that goes into a model's directory. */
export interface SavedModel extends DescribedModel {
  readonly blocks: readonly BlockLayout[];
  readonly readBlock: (block: number, into: Float32Array) => Promise<unknown>;
}

/** Writes a Hugging Face directory that appears whole or not at all. */
export async function saveModel(directory: string, model: SavedModel, options: SaveOptions): Promise<void> {
  const { signal, onProgress, ...rest } = options;
  const { dtype, maxShardBytes, overwrite } = parseConfig(saveSchema, rest, 'save options');
  const { blocks, readBlock } = model;
  await writeDirectoryAtomically(directory, { overwrite, owns, mayReplace: isOurs }, async (staging) => {
    await writeDescription(staging, model, dtype);
    await writeWeights(staging, blocks, readBlock, { dtype, maximumShardBytes: maxShardBytes, signal, onProgress });
  });
}

/**
 * Writes what a model's directory holds besides its weights: `config.json` last, so that the rest is there where it is.
 *
 * @param dtype - of the weights that belong to it.
 */
export async function writeDescription(directory: string, model: DescribedModel, dtype: WeightDtype): Promise<void> {
  const { description, generation, template, tokenizer } = model;
  const { beginTokenId, endTokenIds, padTokenId } = description.config;
  const config = { ...toHuggingFace(description, dtype), [OWN_FIELD]: describeTemplate(template, tokenizer) };
  const generationConfig = {
    ...generation,
    ...(beginTokenId !== null && { bos_token_id: beginTokenId }),
    ...(endTokenIds.length > 0 && { eos_token_id: endTokenIds.length > 1 ? endTokenIds : endTokenIds[0] }),
    ...(padTokenId !== null && { pad_token_id: padTokenId }),
  };
  await tokenizer?.save(directory);
  // vLLM and transformers read this file, and before what a base model's tokenizer_config.json still says. Without a
  // tokenizer nobody knows how one of ours ends a reply.
  if (isChatTemplate(template) || tokenizer !== undefined)
    await writeFile(join(directory, TEMPLATE_FILE), jinjaTemplate(template));
  await writeFile(join(directory, 'generation_config.json'), `${JSON.stringify(generationConfig, null, 2)}\n`);
  await writeFileAtomic(join(directory, 'config.json'), formatConfig(config));
}

const fixedNames = new Set([
  ...[
    'config',
    'generation_config',
    'tokenizer',
    'tokenizer_config',
    'special_tokens_map',
    'model.safetensors.index',
  ].map((name) => `${name}.json`),
  TEMPLATE_FILE,
]);

function owns(name: string): boolean {
  return fixedNames.has(name) || /^model(-\d{5}-of-\d{5})?\.safetensors$/.test(name);
}

async function isOurs(directory: string): Promise<boolean> {
  const config = await readJsonObject(join(directory, 'config.json')).catch(() => undefined);
  return config !== undefined && OWN_FIELD in config;
}
