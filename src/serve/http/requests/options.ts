import type { ChatOptions } from '../../../conversation/index.js';
import { RequestError } from '../errors.js';
import { type ChatRequest, responseFormatOf } from './chat.js';
import type { CompletionRequest } from './completion.js';

type Fields = Omit<
  ChatRequest & CompletionRequest,
  'messages' | 'prompt' | 'logprobs' | 'max_completion_tokens' | 'response_format'
>;

/** How a chat is to be answered; OpenAI's default temperature is 1. */
export function chatOptionsOf(request: ChatRequest): ChatOptions {
  const { max_tokens: tokens, max_completion_tokens: completionTokens, logprobs, top_logprobs: alternatives } = request;
  if (tokens != null && completionTokens != null && tokens !== completionTokens)
    throw new RequestError(400, 'max_tokens and max_completion_tokens are two names of one limit. Give one of them.', {
      param: 'max_tokens',
    });
  if (alternatives != null && logprobs !== true)
    throw new RequestError(400, 'top_logprobs needs "logprobs": true.', { param: 'top_logprobs' });
  return {
    ...commonOptions(request),
    maxTokens: completionTokens ?? tokens ?? undefined,
    logprobs: logprobs === true ? (alternatives ?? 0) : undefined,
    responseFormat: responseFormatOf(request),
  };
}

/** OpenAI's completions end after 16 tokens where nothing is said. */
const COMPLETION_TOKENS = 16;

export function completionOptionsOf(request: CompletionRequest): ChatOptions {
  return {
    ...commonOptions(request),
    maxTokens: request.max_tokens ?? COMPLETION_TOKENS,
    logprobs: request.logprobs ?? undefined,
  };
}

function commonOptions(
  request: Pick<
    Fields,
    | 'temperature'
    | 'top_p'
    | 'top_k'
    | 'repetition_penalty'
    | 'frequency_penalty'
    | 'presence_penalty'
    | 'seed'
    | 'stop'
  >,
): ChatOptions {
  return {
    temperature: request.temperature ?? 1,
    topP: request.top_p ?? undefined,
    topK: request.top_k ?? undefined,
    repetitionPenalty: request.repetition_penalty ?? undefined,
    frequencyPenalty: request.frequency_penalty ?? undefined,
    presencePenalty: request.presence_penalty ?? undefined,
    seed: request.seed ?? undefined,
    stop: request.stop == null ? undefined : typeof request.stop === 'string' ? [request.stop] : request.stop,
  };
}

/** Several replies to one prompt differ, and are the same again with the same seed. */
export function withSeedOf(options: ChatOptions, choice: number): ChatOptions {
  return options.seed === undefined || choice === 0 ? options : { ...options, seed: options.seed + choice };
}
