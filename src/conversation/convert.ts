import { DataError } from '../core/index.js';
import type { RawConversation } from './raw.js';
import { roleOf } from './roles.js';
import type { Conversation } from './types.js';

/**
 * Takes a raw conversation as it is, where it needs no cleaning: markdown, and speakers that {@link roleOf} knows.
 *
 * @throws DataError naming the turn, where it does need cleaning.
 * @public
 */
export function toConversation(raw: RawConversation): Conversation {
  const location = { ...(raw.location ?? { file: '(conversation)' }), id: raw.id };
  if (raw.format === 'html')
    throw new DataError(location, 'the replies are HTML. Clean it with ShareGPTCleaner, which makes markdown of them.');
  const messages = raw.turns.map(({ from, value }, index) => {
    const role = roleOf(from);
    if (role === undefined)
      throw new DataError(
        location,
        `turn ${index} is by ${JSON.stringify(from)}, which is neither the user nor the assistant. Leave it out, or name it one of human, gpt, system.`,
      );
    return { role, content: value };
  });
  const { id, segmentOf, unfinished, metadata } = raw;
  return {
    id,
    messages,
    ...(segmentOf !== undefined && { segmentOf }),
    ...(unfinished !== undefined && { unfinished }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** A conversation as readers and the cleaner pass it on. */
export function toRaw(conversation: Conversation, location?: RawConversation['location']): RawConversation {
  const { id, messages, segmentOf, unfinished, metadata } = conversation;
  const turns = messages.map(({ role, content }) => ({ from: role, value: content }));
  return {
    id,
    turns,
    format: 'markdown',
    location,
    ...(segmentOf !== undefined && { segmentOf }),
    ...(unfinished !== undefined && { unfinished }),
    metadata,
  };
}
