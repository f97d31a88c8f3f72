import type { AnswerState } from '../conversations/conversation.js';
import type { Message } from '../conversations/messages.js';
import type { Client } from './client.js';
import { eventData } from './event-stream.js';
import { Failure, failureIn } from './failure.js';

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature?: number | undefined;
  readonly maximumTokens?: number | undefined;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: unknown };
    readonly finish_reason?: string | null;
  }[];
}

const broken = 'The connection broke amid the reply. What came of it is kept.';

/**
 * Asks for a reply and hands it on piece by piece.
 *
 * @returns how it ended.
 * @throws Failure where it did not: told by the server before or amid the reply, or the connection broke.
 */
export async function streamReply(
  client: Client,
  { model, messages, temperature, maximumTokens }: ChatRequest,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<AnswerState> {
  const body = { model, messages, stream: true, temperature, max_tokens: maximumTokens };
  const response = await client.request('v1/chat/completions', { body, signal });
  const traceId = response.headers.get('x-request-id') ?? undefined;
  if (response.body === null) throw new Failure(broken, { traceId });
  let state: AnswerState = 'whole';
  try {
    for await (const data of eventData(response.body)) {
      if (data === '[DONE]') return state;
      const chunk = JSON.parse(data) as Chunk;
      const failure = failureIn(chunk);
      if (failure !== undefined) throw failure;
      const choice = chunk.choices?.[0];
      if (typeof choice?.delta?.content === 'string' && choice.delta.content !== '') onText(choice.delta.content);
      if (choice?.finish_reason === 'length') state = 'length';
      if (choice?.finish_reason === 'content_filter') state = 'filtered';
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Failure ? error : new Failure(broken, { traceId });
  }
  throw new Failure(broken, { traceId });
}
