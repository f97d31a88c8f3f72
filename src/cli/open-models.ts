import type { ChatModel } from '../conversation/index.js';
import type { WeightFormat } from '../model/index.js';
import type { CallBudget } from '../openai/index.js';
import { parseModelName } from './model-names.js';

export interface OpenModelsOptions {
  readonly signal: AbortSignal;
  readonly budget?: CallBudget | undefined;
  /** Calls at the same time of an endpoint. */
  readonly concurrency?: number | undefined;
  /** Of models that are loaded here. */
  readonly weights?: WeightFormat | undefined;
}

/** Models that were named on the command line, and what they hold. */
export interface OpenedModels extends AsyncDisposable {
  readonly models: readonly ChatModel[];
}

/** @throws ConfigError and whatever loading throws; what was loaded before is freed. */
export async function openModels(names: readonly string[], options: OpenModelsOptions): Promise<OpenedModels> {
  const held: AsyncDisposable[] = [];
  const free = async () => {
    for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  const models: ChatModel[] = [];
  try {
    for (const name of names) models.push(await openModel(name, options, held));
  } catch (error) {
    await free();
    throw error;
  }
  return { models, [Symbol.asyncDispose]: free };
}

async function openModel(name: string, options: OpenModelsOptions, held: AsyncDisposable[]): Promise<ChatModel> {
  const parsed = parseModelName(name);
  if (parsed.kind === 'directory') {
    const { VicunaModel } = await import('../model/index.js');
    const { signal, weights } = options;
    const model = await VicunaModel.load(parsed.directory, { signal, weights });
    held.push(model);
    return model;
  }
  const { openaiChatModel } = await import('../openai/index.js');
  const { concurrency, budget } = options;
  if (parsed.kind === 'openai') return openaiChatModel({ model: parsed.model, concurrency }, { budget });
  const { baseURL, model } = parsed;
  return openaiChatModel({ model, baseURL, apiKey: process.env.VICUNA_API_KEY, concurrency }, { budget });
}
