import type { ChatModel, Message, Usage } from '../conversation/index.js';
import type { JudgeCall, JudgeCalls } from './calls.js';
import type { JudgePrompt } from './templates/index.js';
import { addUsage } from './usage.js';

/** What a reading says at least. */
export type AnyReading = { readonly kind: 'parsed' } | { readonly kind: 'unparsed'; readonly problem: string };

/** A judge's reply, read. */
export interface ReadReply<Reading> {
  readonly text: string;
  readonly reading: Reading;
  readonly attempts: number;
  readonly usage: Usage | undefined;
}

/** A prompt to one judge, and how its reply is read. */
export interface JudgeTask<Reading> {
  readonly judge: ChatModel;
  readonly prompt: JudgePrompt;
  readonly options: Omit<JudgeCall['options'], 'responseFormat'>;
  readonly read: (text: string) => Reading;
}

export function firstCall({ judge, prompt, options }: Omit<JudgeTask<unknown>, 'read'>): JudgeCall {
  const { messages, responseFormat } = prompt;
  return { judge, messages, options: { ...options, responseFormat }, attempt: 1 };
}

/** Asks, and once more where the reply cannot be read; the second reply then holds, readable or not. */
export async function ask<Reading extends AnyReading>(
  task: JudgeTask<Reading>,
  calls: JudgeCalls,
  signal: AbortSignal,
): Promise<ReadReply<Reading>> {
  const call = firstCall(task);
  const { text, usage } = await calls.reply(call, signal);
  const reading = task.read(text);
  if (reading.kind === 'parsed') return { text, reading, attempts: 1, usage };
  const messages = [...call.messages, ...reminder(text, reading.problem, task.prompt.format)];
  const second = await calls.reply({ ...call, messages, attempt: 2 }, signal);
  const total = usage === undefined || second.usage === undefined ? undefined : addUsage(usage, second.usage);
  return { text: second.text, reading: task.read(second.text), attempts: 2, usage: total };
}

/** An empty reply cannot be shown to an endpoint; there the same is asked again. */
function reminder(text: string, problem: string, format: string): Message[] {
  if (text.trim() === '') return [];
  return [
    { role: 'assistant', content: text },
    { role: 'user', content: `Your judgment could not be read: ${problem}. Give it again.\n\n${format}` },
  ];
}
