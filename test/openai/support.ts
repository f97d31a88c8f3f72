import type { ChatModel, Message } from '../../src/conversation/index.js';
import { type OpenAIChatModelOptions, type OpenAIChatModelRuntime, openaiChatModel } from '../../src/openai/index.js';
import type { OpenAIEndpoint } from '../support/openai-endpoint.js';

export const apiKey = 'sk-test-4f8a7b21c9';

export const question: readonly Message[] = [{ role: 'user', content: 'Who are you?' }];

/** Waits that a test can afford. */
export const quick = { apiKey, firstRetrySeconds: 0.001, maxRetrySeconds: 0.02 } as const;

/** A model of the endpoint that offers everything and hardly waits before it tries again. */
export function modelOf(
  endpoint: OpenAIEndpoint,
  options: Partial<OpenAIChatModelOptions> = {},
  runtime?: OpenAIChatModelRuntime,
): ChatModel {
  const features = ['json-schema', 'logprobs', 'penalties', 'repetition-penalty', 'top-k', 'seed'] as const;
  return openaiChatModel({ model: 'test', baseURL: endpoint.baseURL, features, ...quick, ...options }, runtime);
}

/** Reads a run's deltas as they come. */
export async function collect<Item>(run: AsyncIterable<Item>, into: Item[] = []): Promise<Item[]> {
  for await (const item of run) into.push(item);
  return into;
}
