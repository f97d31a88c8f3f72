import { type Message, replyShape } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { GenerationSettings } from '../sampling/settings.js';
import { fitPrompt } from './fit-prompt.js';
import type { Continuation, Speaker } from './prepare.js';

/** What answers the last of the messages. */
export async function chatContinuation(
  { template, tokenizer, config }: Speaker,
  messages: readonly Message[],
  settings: GenerationSettings,
): Promise<Continuation> {
  const { contextLength } = config;
  const prompt = await fitPrompt(messages, template, tokenizer, { ...settings, contextLength });
  return { prompt, ...replyShape(template) };
}

/** What goes on with a text as it stands. */
export async function textContinuation(tokenizer: Tokenizer, text: string): Promise<Continuation> {
  return { prompt: (await tokenizer.encode(text)).ids, stop: [], lead: '', endToken: undefined };
}
