import type OpenAI from 'openai';
import type { Message } from '../conversation/index.js';
import type { Resolved } from '../core/index.js';
import type { SentChatOptions } from './chat-options.js';

/** What an endpoint calls fields that go by two names. @public */
export interface FieldNames {
  /**
   * OpenAI's models want the longer name, and other servers know the shorter one at least.
   * @defaultValue `'max_completion_tokens'` for OpenAI and Azure, `'max_tokens'` elsewhere
   */
  readonly maxTokens?: 'max_completion_tokens' | 'max_tokens' | undefined;
  /** llama.cpp's server says `repeat_penalty`. @defaultValue `'repetition_penalty'` */
  readonly repetitionPenalty?: 'repetition_penalty' | 'repeat_penalty' | undefined;
}

type Request = OpenAI.ChatCompletionCreateParams;

/** The body of a request. What is not asked for is not sent: some models refuse even the default. @internal */
export function requestOf(
  messages: readonly Message[],
  options: SentChatOptions,
  {
    model,
    streamed,
    names,
  }: { readonly model: string; readonly streamed: boolean; readonly names: Resolved<FieldNames> },
): Request {
  const { maxTokens, temperature, topK, topP, repetitionPenalty, frequencyPenalty, presencePenalty } = options;
  const { seed, stop, logprobs, responseFormat } = options;
  const fields: Record<string, unknown> = {
    model,
    messages: messages.map(({ role, content }) => ({ role, content })),
    [names.maxTokens]: maxTokens,
    temperature,
    top_p: topP,
    top_k: topK === 0 ? undefined : topK,
    [names.repetitionPenalty]: repetitionPenalty === 1 ? undefined : repetitionPenalty,
    frequency_penalty: frequencyPenalty === 0 ? undefined : frequencyPenalty,
    presence_penalty: presencePenalty === 0 ? undefined : presencePenalty,
    seed,
    stop: stop?.length === 0 ? undefined : stop,
    ...(logprobs === undefined ? {} : { logprobs: true, top_logprobs: logprobs }),
    response_format: responseFormat?.type === 'json-schema' ? jsonSchemaFormat(responseFormat) : undefined,
    ...(streamed ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
  // JSON leaves out what is undefined.
  return fields as unknown as Request;
}

function jsonSchemaFormat({ name, schema }: { readonly name?: string | undefined; readonly schema: object }) {
  // Without `strict` an endpoint may take the schema for a wish.
  return { type: 'json_schema', json_schema: { name: name ?? 'reply', strict: true, schema } };
}
