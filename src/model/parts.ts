import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import * as z from 'zod';
import { type GgufWeights, HuggingFaceWeights } from '../checkpoint/index.js';
import {
  type PromptTemplate,
  type PromptTemplateName,
  templateChoiceSchema,
  vicunaV1_1,
  withEndToken,
} from '../conversation/index.js';
import { type CallOptions, ConfigError, parseConfig } from '../core/index.js';
import type { ModelWeights, Transformer } from '../engine/index.js';
import { loadTokenizer, type Tokenizer } from '../tokenizer/index.js';
import { type BatchingConfig, batchingConfigSchema, type ResolvedBatchingConfig } from './batching/config.js';
import type { BatchStepObserver } from './batching/load.js';
import { findChatTemplate } from './chat-template-files.js';
import { type LlamaConfig, llamaConfigSchema, toModelShape } from './config/llama-config.js';
import { readDescription } from './directory.js';
import { type ChosenEngine, chooseEngine, dropEngine, type EngineChoice } from './engine-choice.js';
import { openGguf } from './gguf/load.js';
import { initializeBlock } from './initialize.js';
import { type BlockFiller, uploadBlocks, type WeightFormat } from './parameters.js';
import type { DescribedModel } from './save.js';
import {
  type ChatTemplateChoice,
  chatTemplateChoiceSchema,
  type FoundTemplate,
  type SavedTemplate,
  useFound,
} from './saved-template.js';

/** What every way to get a model accepts. @public */
export interface ModelOptions extends CallOptions {
  /** What to compute with. @defaultValue the fastest engine that loads here */
  readonly engine?: EngineChoice | undefined;
  /** How messages become a prompt. @defaultValue what the model was saved with, else its own chat template, else Vicuna v1.1 */
  readonly template?: PromptTemplate | PromptTemplateName | undefined;
  /** Name of the model among others. @defaultValue its directory's name, a GGUF file's own; `vicuna` for a new one */
  readonly id?: string | undefined;
  /** How calls share the engine. */
  readonly batching?: BatchingConfig | undefined;
  /** Told of every step of the batch. */
  readonly onStep?: BatchStepObserver | undefined;
}

/** How a new model is made. @public */
export interface CreateOptions extends ModelOptions {
  /** Needed to chat; gives the configuration its vocabulary and end tokens where it names none. */
  readonly tokenizer?: Tokenizer | undefined;
  /** The weights depend on it alone. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** How a saved model is loaded. @public */
export interface LoadOptions extends ModelOptions {
  /**
   * How weights are kept. `bfloat16` takes half of float32's memory and `int8` about a quarter (a scale for every 32
   * weights beside them), and replies come faster the smaller they are; such a model chats and evaluates, but is neither
   * trained nor saved. They are rounded block by block while loading. Only on the native engine.
   *
   * @defaultValue `'float32'`
   */
  readonly weights?: WeightFormat | undefined;
  /**
   * Needed to chat, where the model comes without one.
   *
   * @defaultValue that of the directory, where it has a `tokenizer.json`, or of the GGUF file
   */
  readonly tokenizer?: Tokenizer | undefined;
  /** How the model's own chat template is used; only without `template`. */
  readonly chatTemplate?: ChatTemplateChoice | undefined;
}

const weightFormatSchema = z.enum(['float32', 'bfloat16', 'int8']).default('float32');

/** What a model is made of. */
export interface ModelParts extends DescribedModel {
  readonly id: string;
  readonly chosen: ChosenEngine;
  readonly transformer: Transformer;
  readonly weights: ModelWeights;
  readonly batching: ResolvedBatchingConfig;
  readonly onStep: BatchStepObserver | undefined;
}

export async function createParts(wanted: LlamaConfig, options: CreateOptions): Promise<ModelParts> {
  const { tokenizer, seed = 0, id = 'vicuna', onStep } = options;
  const batching = parseBatching(options);
  const subject = 'LlamaConfig';
  const withTokenizer = {
    ...wanted,
    vocabularySize: wanted.vocabularySize ?? tokenizer?.vocabularySize,
    beginTokenId: wanted.beginTokenId ?? tokenizer?.beginToken?.id,
    endTokenIds: wanted.endTokenIds ?? tokenizer?.endTokenIds,
  };
  const config = parseConfig(llamaConfigSchema, withTokenizer, subject);
  assertVocabulary(config.vocabularySize, tokenizer, subject);
  const template = chooseTemplate(options.template, tokenizer);
  const shape = toModelShape(config);
  const initialize: BlockFiller = (block, into) => initializeBlock(block, into, seed, config.initializerRange);
  return onEngine(options, async (chosen) => {
    const transformer = chosen.engine.transformer(shape);
    return {
      id,
      chosen,
      transformer,
      batching,
      onStep,
      weights: await uploadBlocks(chosen.engine, transformer, 'float32', initialize, options),
      description: { config, extras: {} },
      generation: {},
      template,
      tokenizer,
    };
  });
}

/** Reads what a model's directory says besides its weights. */
export async function loadDescription(
  directory: string,
  options: Pick<LoadOptions, 'tokenizer' | 'template' | 'chatTemplate'>,
): Promise<DescribedModel> {
  const { config, extras, generation, saved, hasTokenizer } = await readDescription(directory);
  const tokenizer = options.tokenizer ?? (hasTokenizer ? await loadTokenizer(directory) : undefined);
  assertVocabulary(config.vocabularySize, tokenizer, `The tokenizer of ${directory}`);
  const template = await loadTemplate(saved, tokenizer, options, (name) => findChatTemplate(directory, name));
  return { description: { config, extras }, generation, template, tokenizer };
}

/** A model's description with its weights, open to be read. */
interface OpenModel {
  readonly id: string;
  readonly described: DescribedModel;
  readonly weights: HuggingFaceWeights | GgufWeights;
}

export async function loadParts(path: string, options: LoadOptions): Promise<ModelParts> {
  const { signal, onStep } = options;
  const batching = parseBatching(options);
  const format = parseConfig(weightFormatSchema, options.weights, 'LoadOptions.weights');
  const { id, described, weights: opened } = await openModel(path, options);
  await using weights = opened;
  const { config, extras } = described.description;
  const read: BlockFiller = (block, into) => weights.read(block, into, signal);
  return await onEngine(options, async (chosen) => {
    const transformer = chosen.engine.transformer(weights.shape);
    return {
      id: options.id ?? id,
      chosen,
      transformer,
      batching,
      onStep,
      weights: await uploadBlocks(chosen.engine, transformer, format, read, options),
      ...described,
      description: { config: { ...config, tiedEmbeddings: weights.shape.tiedEmbeddings }, extras },
    };
  });
}

function parseBatching({ batching }: ModelOptions): ResolvedBatchingConfig {
  return parseConfig(batchingConfigSchema, batching ?? {}, 'ModelOptions.batching');
}

/** A directory is Hugging Face's, a file GGUF. */
async function openModel(path: string, options: LoadOptions): Promise<OpenModel> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => path.endsWith('.gguf'),
  );
  if (!isFile) {
    const described = await loadDescription(path, options);
    const shape = toModelShape(described.description.config);
    const weights = await HuggingFaceWeights.open(path, shape, options.signal);
    return { id: basename(resolve(path)), described, weights };
  }
  const { id, description, tokenizer, saved, findTemplate, weights } = await openGguf(path, options.tokenizer);
  try {
    assertVocabulary(description.config.vocabularySize, tokenizer, `The tokenizer of ${path}`);
    const template = await loadTemplate(saved, tokenizer, options, findTemplate);
    return { id, described: { description, generation: {}, template, tokenizer }, weights };
  } catch (error) {
    await weights[Symbol.asyncDispose]();
    throw error;
  }
}

/** Builds on an engine that is dropped again, where it is ours, when building fails. */
async function onEngine(
  { engine }: ModelOptions,
  build: (chosen: ChosenEngine) => Promise<ModelParts>,
): Promise<ModelParts> {
  const chosen = await chooseEngine(engine);
  try {
    return await build(chosen);
  } catch (error) {
    await dropEngine(chosen);
    throw error;
  }
}

/** What was asked for, else what the model was saved with, else its own chat template, else Vicuna v1.1. */
async function loadTemplate(
  saved: SavedTemplate | undefined,
  tokenizer: Tokenizer | undefined,
  options: Pick<LoadOptions, 'template' | 'chatTemplate'>,
  find: (name: string | undefined) => FoundTemplate | undefined | Promise<FoundTemplate | undefined>,
): Promise<PromptTemplate> {
  const choice = parseConfig(chatTemplateChoiceSchema, options.chatTemplate ?? {}, 'LoadOptions.chatTemplate');
  if (options.template !== undefined) return chooseTemplate(options.template, tokenizer);
  if (saved !== undefined && 'template' in saved) return chooseTemplate(saved.template, tokenizer);
  // Without a tokenizer there is nothing to render for.
  const found = tokenizer === undefined ? undefined : await find(choice.name);
  if (tokenizer === undefined || found === undefined) return chooseTemplate(undefined, tokenizer);
  const { variables, date } = saved?.chatTemplate ?? {};
  return useFound(found, tokenizer, {
    variables: { ...variables, ...choice.variables },
    date: choice.date ?? date,
  });
}

/** Vicuna v1.1, ending replies as the tokenizer ends texts, unless something else is wanted. */
function chooseTemplate(
  wanted: PromptTemplate | PromptTemplateName | undefined,
  tokenizer: Tokenizer | undefined,
): PromptTemplate {
  if (wanted !== undefined) return parseConfig(templateChoiceSchema, wanted, 'prompt template');
  const endToken = tokenizer?.endToken.text ?? vicunaV1_1.assistant.end;
  return endToken === vicunaV1_1.assistant.end ? vicunaV1_1 : withEndToken(vicunaV1_1, endToken);
}

function assertVocabulary(vocabularySize: number, tokenizer: Tokenizer | undefined, subject: string): void {
  if (tokenizer === undefined || tokenizer.vocabularySize <= vocabularySize) return;
  const message = `${vocabularySize} is less than the tokenizer's ${tokenizer.vocabularySize}, so some tokens would have no weights`;
  throw new ConfigError(subject, [{ path: 'vocabularySize', message }]);
}
