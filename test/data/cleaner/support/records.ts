import type { RawConversation } from '../../../../src/conversation/index.js';

/** A record of a saved page. */
export const raw = (...turns: readonly (readonly [from: string, value: string])[]): RawConversation => ({
  id: 'a',
  turns: turns.map(([from, value]) => ({ from, value })),
  format: 'html',
});

/** A record of one question and reply, told apart by its text. */
export const exchange = (id: string, question: string, reply = `A reply to: ${question}`): RawConversation => ({
  ...raw(['human', question], ['gpt', `<div class="markdown prose"><p>${reply}</p></div>`]),
  id,
});
