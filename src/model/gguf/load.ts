import { basename, resolve } from 'node:path';
import { GgufFile, GgufWeights } from '../../checkpoint/index.js';
import { ConfigError } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { HuggingFaceConfig } from '../config/hugging-face.js';
import { toModelShape } from '../config/llama-config.js';
import { type FoundTemplate, parseSavedTemplate, type SavedTemplate } from '../saved-template.js';
import { readGgufConfig } from './config.js';
import { readGgufTokenizer } from './tokenizer/import.js';

/** The chat template; others have their name behind a dot. */
export const CHAT_TEMPLATE = 'tokenizer.chat_template';

/** Entry of our own: name of the prompt template, or as JSON the template, or how the chat template is used. */
export const OWN_TEMPLATE = 'vicuna.template';

/** What a GGUF file holds, its weights open to be read. */
export interface OpenGguf {
  readonly id: string;
  readonly description: HuggingFaceConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** What this package saved of the prompt template. */
  readonly saved: SavedTemplate | undefined;
  /** The file's own chat template. @throws ConfigError where it has none of that name. */
  readonly findTemplate: (name: string | undefined) => FoundTemplate | undefined;
  readonly weights: GgufWeights;
}

/**
 * Opens a LLaMA in a GGUF file.
 *
 * @param tokenizer - used instead of the file's own.
 * @throws CheckpointError and VicunaError `model-unsupported`, naming the file and what is wrong; TokenizerError where
 * the tokenizer cannot be rebuilt and none is given.
 */
export async function openGguf(path: string, tokenizer: Tokenizer | undefined): Promise<OpenGguf> {
  const file = await GgufFile.open(path);
  try {
    const config = await readGgufConfig(file);
    return {
      id: file.fields.text('general.name') || basename(resolve(path), '.gguf'),
      description: { config, extras: {} },
      tokenizer: tokenizer ?? (await readGgufTokenizer(file.fields)),
      saved: readSaved(file),
      findTemplate: (name) => findTemplate(file, name),
      weights: GgufWeights.create(file, toModelShape(config)),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function readSaved({ fields }: GgufFile): SavedTemplate | undefined {
  const text = fields.text(OWN_TEMPLATE);
  if (text === undefined) return undefined;
  const json = text.startsWith('{') ? parseJson(text) : text;
  const saved = parseSavedTemplate(json) ?? parseSavedTemplate({ template: json });
  if (saved !== undefined) return saved;
  throw fields.error(`${OWN_TEMPLATE} is no prompt template. Write the file again.`);
}

function findTemplate({ fields, path }: GgufFile, name = 'default'): FoundTemplate | undefined {
  const field = name === 'default' ? CHAT_TEMPLATE : `${CHAT_TEMPLATE}.${name}`;
  const source = fields.text(field);
  if (source !== undefined) return { name: `${basename(path)}: ${field}`, source, tokens: {} };
  if (name === 'default') return undefined;
  throw new ConfigError(`The chat template of ${path}`, [
    { path: 'chatTemplate.name', message: `the file has no ${field}` },
  ]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
