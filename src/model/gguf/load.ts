import { basename, resolve } from 'node:path';
import { GgufFile, GgufWeights } from '../../checkpoint/index.js';
import { type PromptTemplate, templateChoiceSchema } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { HuggingFaceConfig } from '../config/hugging-face.js';
import { toModelShape } from '../config/llama-config.js';
import { readGgufConfig } from './config.js';
import { readGgufTokenizer } from './tokenizer/import.js';

/** Entry of our own: name of the prompt template, or the template as JSON. */
export const OWN_TEMPLATE = 'vicuna.template';

/** What a GGUF file holds, its weights open to be read. */
export interface OpenGguf {
  readonly id: string;
  readonly description: HuggingFaceConfig;
  readonly tokenizer: Tokenizer | undefined;
  /** The prompt template the model was saved with. */
  readonly template: PromptTemplate | undefined;
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
      template: readTemplate(file),
      weights: GgufWeights.create(file, toModelShape(config)),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function readTemplate({ fields }: GgufFile): PromptTemplate | undefined {
  const text = fields.text(OWN_TEMPLATE);
  if (text === undefined) return undefined;
  const parsed = templateChoiceSchema.safeParse(text.startsWith('{') ? parseJson(text) : text);
  if (parsed.success) return parsed.data;
  throw fields.error(`${OWN_TEMPLATE} is no prompt template. Write the file again.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
