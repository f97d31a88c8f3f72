import type { Usage } from '../../../conversation/index.js';
import { RequestError } from '../errors.js';
import type { Exchange } from '../exchange/exchange.js';
import { type ReplyRun, replyEvents, wholeReplies } from '../exchange/replies.js';
import { type CompletionRequest, completionRequestSchema, promptsOf } from '../requests/completion.js';
import { completionOptionsOf, withSeedOf } from '../requests/options.js';
import { parseRequest } from '../requests/parse.js';
import { eventStream } from '../responses/event-stream.js';
import { finishReason } from '../responses/finish-reason.js';
import { completionLogprobs } from '../responses/logprobs.js';
import { usageBody } from '../responses/usage.js';
import { findModel, methodOf } from './find-model.js';
import { assertPromptSize } from './prompt-size.js';
import type { RouteContext } from './route-context.js';

/** Most replies of one request, whatever its prompts and choices. */
const MAXIMUM_REPLIES = 64;

/** `POST /v1/completions`: choices of the first prompt come first. */
export async function completions(body: unknown, exchange: Exchange, context: RouteContext): Promise<Response> {
  const request = parseRequest(completionRequestSchema, body);
  exchange.asks({ model: request.model, stream: request.stream === true, user: request.user });
  const model = findModel(context.models, request.model);
  const complete = methodOf(model, 'complete');
  const prompts = promptsOf(request);
  const choices = request.n ?? 1;
  if (prompts.length * choices > MAXIMUM_REPLIES)
    throw new RequestError(
      400,
      `prompt times n is ${prompts.length * choices}, and at most ${MAXIMUM_REPLIES} replies are made. Send several requests.`,
      {
        param: 'n',
      },
    );
  assertPromptSize(prompts, context.maximumPromptCharacters);
  const options = { ...completionOptionsOf(request), signal: exchange.signal };
  await context.moderation.input(
    exchange,
    model.id,
    prompts.map((content) => ({ role: 'user' as const, content })),
  );
  const runs = prompts.flatMap((prompt) =>
    Array.from({ length: choices }, (_, choice) =>
      context.moderation.output(exchange, model.id, complete(prompt, withSeedOf(options, choice), exchange.routing)),
    ),
  );
  return request.stream === true ? streamed(request, exchange, runs) : whole(request, exchange, runs);
}

async function whole(request: CompletionRequest, exchange: Exchange, runs: readonly ReplyRun[]): Promise<Response> {
  const replies = await wholeReplies(exchange, runs);
  const usage = usageOf(
    request,
    replies.map(({ generation }) => generation.usage),
  );
  exchange.took({ promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens });
  return Response.json({
    ...head(request, exchange),
    choices: replies.map(({ generation, tokens }, index) => ({
      index,
      text: generation.text,
      logprobs: request.logprobs == null ? null : completionLogprobs(tokens, 0),
      finish_reason: finishReason(generation),
    })),
    usage,
  });
}

function streamed(request: CompletionRequest, exchange: Exchange, runs: readonly ReplyRun[]): Promise<Response> {
  return eventStream(chunks(request, exchange, runs), {
    describe: (error) => exchange.failAmid(error),
    cancel: (reason) => exchange.cancel(reason),
  });
}

async function* chunks(request: CompletionRequest, exchange: Exchange, runs: readonly ReplyRun[]) {
  const includeUsage = request.stream_options?.include_usage === true;
  const chunk = (choices: readonly unknown[], usage?: unknown) => ({
    ...head(request, exchange),
    choices,
    ...(includeUsage ? { usage: usage ?? null } : {}),
  });
  const usages: Usage[] = [];
  const offsets = runs.map(() => 0);
  for await (const event of replyEvents(exchange, runs)) {
    const { index } = event;
    if (event.type === 'item') {
      const { text, tokens } = event.item;
      const logprobs = request.logprobs == null ? null : completionLogprobs(tokens ?? [], offsets[index]!);
      offsets[index]! += text.length;
      yield chunk([{ index, text, logprobs, finish_reason: null }]);
    } else {
      usages[index] = event.result.usage;
      yield chunk([{ index, text: '', logprobs: null, finish_reason: finishReason(event.result) }]);
    }
  }
  const usage = usageOf(request, usages);
  exchange.took({ promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens });
  if (includeUsage) yield chunk([], usage);
}

function usageOf(request: CompletionRequest, usages: readonly Usage[]) {
  const choices = request.n ?? 1;
  return usageBody(promptsOf(request).map((_, prompt) => usages.slice(prompt * choices, (prompt + 1) * choices)));
}

function head(request: CompletionRequest, exchange: Exchange) {
  return {
    id: `cmpl-${exchange.traceId}`,
    object: 'text_completion',
    created: exchange.createdSeconds,
    model: request.model,
    system_fingerprint: null,
  };
}
