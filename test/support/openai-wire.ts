/** How the chat completions API writes a token's probability. */
export interface WireToken {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
  readonly top_logprobs: readonly Omit<WireToken, 'top_logprobs'>[];
}

/** A reply as a test states it. */
export interface EndpointReply {
  readonly text: string;
  /** @defaultValue `'stop'` */
  readonly finishReason?: string | null;
  /** Sent in place of a text. */
  readonly refusal?: string;
  /** `null` sends none. @defaultValue words of the messages and of the text */
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  /** One for each streamed event; all of them in a reply that is not streamed. */
  readonly tokens?: readonly WireToken[];
  /** Milliseconds before each streamed event, or before the whole reply. @defaultValue `0` */
  readonly delay?: number;
}

/** What a moderation call is answered: the categories that each input falls into. */
export interface EndpointVerdicts {
  readonly verdicts: readonly (readonly string[])[];
}

const head = (object: string, model: unknown) => ({ id: 'chatcmpl-test', object, created: 0, model });

/** The body of a reply that is not streamed. */
export function completionBody(reply: EndpointReply, request: Record<string, unknown>): string {
  const message = {
    role: 'assistant',
    content: reply.refusal === undefined ? reply.text : null,
    refusal: reply.refusal,
  };
  const logprobs = reply.tokens === undefined ? null : { content: reply.tokens };
  const usage = usageOf(reply, request);
  return JSON.stringify({
    ...head('chat.completion', request.model),
    choices: [{ index: 0, message, logprobs, finish_reason: finishReasonOf(reply) }],
    ...(usage === null ? {} : { usage }),
  });
}

/** The server-sent events of a streamed reply, each a string of its own. */
export function completionEvents(reply: EndpointReply, request: Record<string, unknown>): string[] {
  const chunk = (fields: object) =>
    `data: ${JSON.stringify({ ...head('chat.completion.chunk', request.model), ...fields })}\n\n`;
  const choice = (delta: object, more: object = {}) =>
    chunk({ choices: [{ index: 0, delta, finish_reason: null, ...more }] });
  const field = reply.refusal === undefined ? 'content' : 'refusal';
  const pieces = reply.tokens?.map(({ token }) => token) ?? (reply.refusal ?? reply.text).match(/\s*\S+|\s+$/g) ?? [];
  const options = request.stream_options as { include_usage?: boolean } | undefined;
  const usage = options?.include_usage ? usageOf(reply, request) : null;
  return [
    choice({ role: 'assistant', content: '' }),
    ...pieces.map((piece, at) =>
      choice({ [field]: piece }, reply.tokens === undefined ? {} : { logprobs: { content: [reply.tokens[at]] } }),
    ),
    choice({}, { finish_reason: finishReasonOf(reply) }),
    ...(usage === null ? [] : [chunk({ choices: [], usage })]),
    'data: [DONE]\n\n',
  ];
}

/** The body of a moderation. */
export function moderationBody({ verdicts }: EndpointVerdicts): string {
  const known = ['harassment', 'hate', 'violence', ...verdicts.flat()];
  const results = verdicts.map((found) => ({
    flagged: found.length > 0,
    categories: Object.fromEntries(known.map((category) => [category, found.includes(category)])),
    category_scores: Object.fromEntries(known.map((category) => [category, found.includes(category) ? 1 : 0])),
  }));
  return JSON.stringify({ id: 'modr-test', model: 'moderation-test', results });
}

function finishReasonOf({ finishReason }: EndpointReply): string | null {
  return finishReason === undefined ? 'stop' : finishReason;
}

function usageOf(reply: EndpointReply, request: Record<string, unknown>): object | null {
  if (reply.usage !== undefined) return reply.usage;
  const messages = (request.messages ?? []) as readonly { readonly content: string }[];
  const prompt = messages.reduce((count, { content }) => count + countWords(content), 0);
  const completion = countWords(reply.refusal ?? reply.text);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
