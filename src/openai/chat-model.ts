import type { ChatFeature, ChatModel, ChatOptions, Generation, Message, TextDelta } from '../conversation/index.js';
import { parseConfig, type Run, startRun } from '../core/index.js';
import type { CallBudget } from './budget.js';
import { ChatCall } from './chat-call.js';
import { chatModelOptionsSchema, type OpenAIChatModelOptions } from './chat-model-options.js';
import { requireFeatures, sentOptionsSchema } from './chat-options.js';
import { Endpoint, type EndpointRuntime } from './endpoint.js';

/** What of an {@link openaiChatModel} is no option. @public */
export interface OpenAIChatModelRuntime extends EndpointRuntime {
  /** Shared by as many models as you like. @defaultValue no limit */
  readonly budget?: CallBudget | undefined;
}

const offeredByOpenAI: readonly ChatFeature[] = ['json-schema', 'logprobs', 'penalties', 'seed'];

/**
 * A model behind an endpoint of the chat completions API, called with the `openai` client: OpenAI, Azure, or any server
 * that speaks it (vLLM, llama.cpp, Ollama, TGI, `vicuna serve`).
 *
 * Failed attempts are made again, after the wait that the endpoint asks for or a growing one of our own, as long as
 * nobody has seen anything of the reply. So a call of which only `result` is awaited also survives a reply that breaks
 * off in its middle; where deltas are iterated, they come at once, and a reply that breaks off after the first ends with
 * {@link EndpointError}. A wait keeps its slot, so no more than `concurrency` calls are ever under way.
 *
 * Where an endpoint does not count tokens, `usage` is estimated and says so. A model that refuses to answer gives its
 * words as the text, with `finishReason: 'content-filter'`. Progress counts UTF-16 units of the reply, phase `reply`.
 *
 * @param options - where and how; checked at once.
 * @throws ConfigError naming every field at fault, and where OpenAI or Azure have no key; VicunaError
 * `option-unsupported` where `defaults` ask for what `features` does not name.
 * @throws (from a run) EndpointError, BudgetError; VicunaError `option-unsupported`; ConfigError for options of a call.
 *
 * @example
 * ```ts
 * const gpt = openaiChatModel({ model: 'gpt-4o', concurrency: 4 });
 * const local = openaiChatModel({ model: 'vicuna', baseURL: 'http://localhost:8000/v1', features: ['logprobs', 'seed'] });
 * const { text, usage } = await gpt.chat([{ role: 'user', content: 'Who are you?' }], { maxTokens: 200 }).result;
 * ```
 *
 * @public
 */
export function openaiChatModel(options: OpenAIChatModelOptions, runtime: OpenAIChatModelRuntime = {}): ChatModel {
  const subject = 'openaiChatModel options';
  const settings = parseConfig(chatModelOptionsSchema, options, subject);
  const endpoint = new Endpoint(subject, settings, settings.azure, runtime);
  const { model, id = model, stream, defaults } = settings;
  const features = settings.features ?? (endpoint.isOpenAI ? offeredByOpenAI : []);
  const names = {
    maxTokens: settings.fieldNames.maxTokens ?? (endpoint.isOpenAI ? 'max_completion_tokens' : 'max_tokens'),
    repetitionPenalty: settings.fieldNames.repetitionPenalty ?? 'repetition_penalty',
  } as const;
  runtime.budget?.requirePrice(id);
  requireFeatures(defaults, features, id);

  return {
    id,
    features,
    chat(messages: readonly Message[], chatOptions: ChatOptions = {}): Run<TextDelta, Generation> {
      const { signal, onProgress, ...sent } = chatOptions;
      let watched = false;
      const run = startRun<TextDelta, Generation>(
        async function* (own) {
          const merged = { ...defaults, ...definedOnly(parseConfig(sentOptionsSchema, sent, `Options of ${id}`)) };
          requireFeatures(merged, features, id);
          const streamed = stream === 'always' || (stream === 'auto' && watched);
          const release = await endpoint.slots.take(own);
          try {
            const call = new ChatCall(
              endpoint,
              { id, model, names, messages, options: merged, streamed, watched, budget: runtime.budget, onProgress },
              own,
            );
            return yield* call.run();
          } finally {
            release();
          }
        },
        { signal },
      );
      return {
        [Symbol.asyncIterator]() {
          watched = true;
          return run[Symbol.asyncIterator]();
        },
        get result() {
          return run.result;
        },
      };
    },
  };
}

/** An option that is present and undefined leaves the default as it is. */
function definedOnly<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
