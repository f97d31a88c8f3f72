import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Conversation, Message } from '../../src/conversation/index.js';
import { anyText } from './arbitraries.js';
import { sharedData } from './shared-data.js';

/** Reads a file of markdown conversations in ShareGPT form. */
export function readShareGpt(path: string): Conversation[] {
  const records = JSON.parse(readFileSync(path, 'utf8')) as {
    id: string;
    conversations: { from: string; value: string }[];
  }[];
  return records.map(({ id, conversations }) => ({
    id,
    messages: conversations.map(({ from, value }) => ({
      role: from === 'human' ? 'user' : 'assistant',
      content: value,
    })),
  }));
}

/** Real conversations and what FastChat makes of them, where the reference data is at hand. */
export const conversationsDirectory = sharedData('data/conversations');
export const fastChatGoldens = sharedData('data/golden');

/** A conversation of a user and an assistant taking turns, with or without a system message. */
export function conversationOf(options: { readonly rounds?: number; readonly text?: fc.Arbitrary<string> } = {}) {
  const { rounds = 5, text = anyText } = options;
  const round = fc.tuple(text, text);
  return fc
    .record({
      id: fc.string(),
      own: fc.option(text, { nil: undefined }),
      rounds: fc.array(round, { minLength: 1, maxLength: rounds }),
    })
    .map(({ id, own, rounds: turns }): Conversation => {
      const messages = turns.flatMap(([user, assistant]): Message[] => [
        { role: 'user', content: user },
        { role: 'assistant', content: assistant },
      ]);
      return { id, messages: own === undefined ? messages : [{ role: 'system', content: own }, ...messages] };
    });
}

/** A question and its reply. */
export function roundsOf({ messages }: Conversation): [question: string, reply: string][] {
  const turns = messages.filter(({ role }) => role !== 'system').map(({ content }) => content);
  return turns.flatMap((content, index) => (index % 2 === 0 ? [[content, turns[index + 1]!] as [string, string]] : []));
}
