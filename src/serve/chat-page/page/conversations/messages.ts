import type { Answer, Reply, Turn } from './conversation.js';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/**
 * What a model is told of a path: of two answers its own where one of them is, else the better one. A question that got
 * no answer is put before the next, since models are trained on turns that alternate.
 */
export function messagesFor(model: string, path: readonly Turn[], system: string): Message[] {
  const messages: Message[] = system.trim() === '' ? [] : [{ role: 'system', content: system }];
  for (const turn of path) {
    if (turn.kind === 'reply') {
      const { text } = answerFor(model, turn);
      if (text !== '') messages.push({ role: 'assistant', content: text });
      continue;
    }
    const last = messages.at(-1);
    if (last?.role !== 'user') messages.push({ role: 'user', content: turn.text });
    else messages[messages.length - 1] = { role: 'user', content: `${last.content}\n\n${turn.text}` };
  }
  return messages;
}

function answerFor(model: string, { answers, vote }: Reply): Answer {
  const own = answers.find((answer) => answer.model === model);
  if (answers.length === 1) return answers[0];
  return own ?? answers[vote === 'b' ? 1 : 0];
}
