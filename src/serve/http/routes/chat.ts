import type { Exchange } from '../exchange/exchange.js';
import { type ReplyRun, replyEvents, wholeReplies } from '../exchange/replies.js';
import { type ChatRequest, chatRequestSchema, messagesOf } from '../requests/chat.js';
import { chatOptionsOf, withSeedOf } from '../requests/options.js';
import { parseRequest } from '../requests/parse.js';
import { eventStream } from '../responses/event-stream.js';
import { finishReason } from '../responses/finish-reason.js';
import { chatLogprobs } from '../responses/logprobs.js';
import { usageBody } from '../responses/usage.js';
import { findModel } from './find-model.js';
import { assertPromptSize } from './prompt-size.js';
import type { RouteContext } from './route-context.js';

/** `POST /v1/chat/completions` */
export async function chatCompletions(body: unknown, exchange: Exchange, context: RouteContext): Promise<Response> {
  const request = parseRequest(chatRequestSchema, body);
  exchange.asks({ model: request.model, stream: request.stream === true, user: request.user });
  const model = findModel(context.models, request.model);
  const messages = messagesOf(request);
  assertPromptSize(
    messages.map(({ content }) => content),
    context.maximumPromptCharacters,
  );
  const options = { ...chatOptionsOf(request), signal: exchange.signal };
  await context.moderation.input(exchange, model.id, messages);
  const runs = Array.from({ length: request.n ?? 1 }, (_, choice) =>
    context.moderation.output(exchange, model.id, model.chat(messages, withSeedOf(options, choice), exchange.routing)),
  );
  return request.stream === true ? streamed(request, exchange, runs) : whole(request, exchange, runs);
}

async function whole(request: ChatRequest, exchange: Exchange, runs: readonly ReplyRun[]): Promise<Response> {
  const replies = await wholeReplies(exchange, runs);
  const usage = usageBody([replies.map(({ generation }) => generation.usage)]);
  exchange.took({ promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens });
  return Response.json({
    ...head(request, exchange, 'chat.completion'),
    choices: replies.map(({ generation, tokens }, index) => ({
      index,
      message: { role: 'assistant', content: generation.text, refusal: null },
      logprobs: request.logprobs === true ? chatLogprobs(tokens) : null,
      finish_reason: finishReason(generation),
    })),
    usage,
  });
}

function streamed(request: ChatRequest, exchange: Exchange, runs: readonly ReplyRun[]): Promise<Response> {
  return eventStream(chunks(request, exchange, runs), {
    describe: (error) => exchange.failAmid(error),
    cancel: (reason) => exchange.cancel(reason),
  });
}

async function* chunks(request: ChatRequest, exchange: Exchange, runs: readonly ReplyRun[]) {
  const includeUsage = request.stream_options?.include_usage === true;
  const chunk = (choices: readonly unknown[], usage?: unknown) => ({
    ...head(request, exchange, 'chat.completion.chunk'),
    choices,
    ...(includeUsage ? { usage: usage ?? null } : {}),
  });
  const usages = [];
  const begun = new Set<number>();
  const role = (index: number) => (begun.has(index) ? {} : { role: 'assistant' });
  for await (const event of replyEvents(exchange, runs)) {
    const { index } = event;
    if (event.type === 'item') {
      const { text, tokens } = event.item;
      yield chunk([
        {
          index,
          delta: { ...role(index), content: text },
          logprobs: request.logprobs === true ? chatLogprobs(tokens ?? []) : null,
          finish_reason: null,
        },
      ]);
      begun.add(index);
    } else {
      usages.push(event.result.usage);
      yield chunk([{ index, delta: role(index), logprobs: null, finish_reason: finishReason(event.result) }]);
    }
  }
  const usage = usageBody([usages]);
  exchange.took({ promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens });
  if (includeUsage) yield chunk([], usage);
}

function head(request: ChatRequest, exchange: Exchange, object: string) {
  return {
    id: `chatcmpl-${exchange.traceId}`,
    object,
    created: exchange.createdSeconds,
    model: request.model,
    system_fingerprint: null,
  };
}
