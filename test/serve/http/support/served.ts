import OpenAI from 'openai';
import { onTestFinished } from 'vitest';
import type { ChatOptions, Embedding, Generation, TextDelta } from '../../../../src/conversation/index.js';
import { type Run, startRun } from '../../../../src/core/index.js';
import {
  createApiKey,
  createHandler,
  type HandlerConfig,
  type HandlerRuntime,
  hashApiKey,
  listen,
  type ServedModel,
  type ServeLogEntry,
} from '../../../../src/serve/index.js';
import { scriptedChatModel } from '../../../../src/testing/index.js';

/** What a test talks to. */
export interface Served {
  readonly url: URL;
  readonly key: string;
  readonly client: OpenAI;
  readonly log: ServeLogEntry[];
}

/** A server on a free port of loopback, with one key, for the running test. */
export async function serve(
  models: HandlerRuntime['models'],
  config: Partial<HandlerConfig> = {},
  runtime: Partial<HandlerRuntime> = {},
): Promise<Served> {
  const key = createApiKey();
  const log: ServeLogEntry[] = [];
  const handler = await createHandler(
    { keys: [{ id: 'test', hash: hashApiKey(key), scopes: ['api', 'metrics', 'vote'] }], ...config },
    { models, onLog: (entry) => log.push(entry), ...runtime },
  );
  const server = await listen(handler, { port: 0, drainSeconds: 1 });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const client = new OpenAI({ baseURL: new URL('v1', server.url).href, apiKey: key, maxRetries: 0 });
  return { url: server.url, key, client, log };
}

/** A model that can do everything: it says its words, completes by counting, and embeds by lengths. */
export function everythingModel(reply = 'Hello there, friend.'): ServedModel & { readonly asked: ChatOptions[] } {
  const asked: ChatOptions[] = [];
  const features = ['json-schema', 'logprobs', 'penalties', 'repetition-penalty', 'top-k', 'seed'] as const;
  return {
    id: 'everything',
    features,
    asked,
    chat(messages, options = {}) {
      asked.push(options);
      return say(options.seed === undefined ? reply : `${reply} (${options.seed})`, options, messages.length);
    },
    complete(prompt, options = {}) {
      asked.push(options);
      return say(` and after ${prompt}`, options, 1);
    },
    embed: async (texts) =>
      texts.map((text): Embedding => ({ values: Float32Array.of(1 / text.length, 0.5, -2), tokens: text.length })),
  };
}

function say(text: string, options: ChatOptions, promptTokens: number): Run<TextDelta, Generation> {
  return startRun<TextDelta, Generation>(async function* (signal) {
    const words = text.match(/\s*\S+/g)!.slice(0, options.maxTokens);
    for (const word of words) {
      signal.throwIfAborted();
      const token = { token: word, logprob: -0.5, bytes: [...new TextEncoder().encode(word)] };
      const tokens =
        options.logprobs === undefined ? undefined : [{ ...token, likeliest: [token].slice(0, options.logprobs) }];
      yield { type: 'text-delta', text: word, tokens };
    }
    return {
      text: words.join(''),
      finishReason: words.join('') === text ? 'stop' : 'length',
      usage: { promptTokens, completionTokens: words.length, cachedPromptTokens: 1 },
    };
  }, options);
}

export const hello = [{ role: 'user' as const, content: 'Hi' }];

export { scriptedChatModel };
