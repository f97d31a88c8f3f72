import type { Conversation } from '../../conversation/index.js';
import { Fingerprints } from './fingerprints.js';

/**
 * Knows the conversations that were kept: their ids, and their first question and reply. A hundred thousand of them take
 * a few megabytes.
 */
export class KeptConversations {
  readonly #ids: string[] = [];
  readonly #byId = new Fingerprints();
  readonly #byText = new Fingerprints();

  hasId(id: string): boolean {
    return this.#byId.find(id) !== undefined;
  }

  /** The id of the conversation that began with the same question and reply. */
  withSameText(conversation: Conversation): string | undefined {
    const number = this.#byText.find(opening(conversation));
    return number === undefined ? undefined : this.#ids[number];
  }

  add(conversation: Conversation): void {
    const number = this.#ids.push(conversation.id) - 1;
    this.#byId.add(conversation.id, number);
    this.#byText.add(opening(conversation), number);
  }
}

function opening({ messages }: Conversation): string {
  const [question, reply] = messages.filter(({ role }) => role !== 'system');
  return JSON.stringify([question?.content, reply?.content]);
}
