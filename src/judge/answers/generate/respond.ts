import type { ChatModel, ChatOptions, Generation, Message, Usage } from '../../../conversation/index.js';
import { hashOfJson } from '../../../io/index.js';
import type { Answer, Question } from '../../types.js';
import { addUsage } from '../../usage.js';
import type { AnswerLog, StoredAnswer } from '../stored-answer.js';

/** One question for one model. */
export interface AnswerJob {
  readonly model: ChatModel;
  readonly question: Question;
  readonly system: string | undefined;
  readonly options: Pick<ChatOptions, 'temperature' | 'maxTokens' | 'seed'>;
}

/** An answer, the turn at which the model failed, or `unasked` where a call was needed and none may be made. */
export type Response =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'failure'; readonly turn: number; readonly error: unknown }
  | { readonly type: 'unasked' };

/** How whoever asks takes part. */
export interface CallHooks {
  readonly mayCall: () => boolean;
  /** Called with the tokens of each call that was answered. */
  readonly onCall: (usage: Usage) => void;
}

/**
 * Asks a question turn by turn; each reply is kept before the next turn is asked, and none is asked for that is kept.
 *
 * @throws what aborted the signal, and what is wrong with the log. What the model throws is a value.
 */
export async function respond(
  { model, question, system, options }: AnswerJob,
  log: AnswerLog | undefined,
  { mayCall, onCall }: CallHooks,
  signal: AbortSignal,
): Promise<Response> {
  const messages: Message[] = system === undefined ? [] : [{ role: 'system', content: system }];
  let answer: Answer = { questionId: question.id, model: model.id, turns: [] };
  for (const [turn, content] of question.turns.entries()) {
    messages.push({ role: 'user', content });
    const key = keyOf(question, turn, model, { ...options, system });
    const kept = await log?.get(key);
    if (kept === undefined) {
      if (!mayCall()) return { type: 'unasked' };
      const reply = await callModel(model, messages, { ...options, signal });
      if ('error' in reply) return { type: 'failure', turn, error: reply.error };
      onCall(reply.usage);
      answer = withReply(answer, reply);
      await log?.append(storedAnswer(key, answer, turn < question.turns.length - 1));
    } else answer = answerOf(kept);
    messages.push({ role: 'assistant', content: answer.turns[turn]! });
  }
  return { type: 'answer', answer };
}

/** Everything that decides a reply, and nothing else: not the category, nor the reference. */
function keyOf({ id, turns }: Question, turn: number, model: ChatModel, options: object): string {
  return hashOfJson({ type: 'answer', question: { id, turns }, turn, model: model.id, options });
}

async function callModel(
  model: ChatModel,
  messages: readonly Message[],
  options: ChatOptions & { readonly signal: AbortSignal },
): Promise<Generation | { readonly error: unknown }> {
  try {
    return await model.chat([...messages], options).result;
  } catch (error) {
    options.signal.throwIfAborted();
    return { error };
  }
}

function withReply(answer: Answer, { text, usage, finishReason }: Generation): Answer {
  const unfinished = answer.unfinished === true || finishReason !== 'stop';
  return {
    ...answer,
    turns: [...answer.turns, text],
    usage: answer.usage === undefined ? usage : addUsage(answer.usage, usage),
    ...(unfinished && { unfinished }),
  };
}

function storedAnswer(key: string, answer: Answer, part: boolean): StoredAnswer {
  return { key, ...answer, ...(part && { part }) };
}

function answerOf({ key: _key, part: _part, ...answer }: StoredAnswer): Answer {
  return answer;
}
