import type { Conversation } from '../conversation/index.js';
import type { Source } from '../core/index.js';

/**
 * Groups conversations so that native calls are few and memory stays bounded: a batch ends at `maxConversations`, or once
 * its messages reach `maxCharacters`.
 */
export async function* inBatches(
  conversations: Source<Conversation>,
  { maxConversations, maxCharacters }: { readonly maxConversations: number; readonly maxCharacters: number },
): AsyncGenerator<Conversation[], void, undefined> {
  let batch: Conversation[] = [];
  let characters = 0;
  for await (const conversation of conversations) {
    batch.push(conversation);
    for (const { content } of conversation.messages) characters += content.length;
    if (batch.length < maxConversations && characters < maxCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
