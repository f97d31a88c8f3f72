import type { Conversation } from '../../conversation/index.js';
import { type Fingerprint, Fingerprints, fingerprint } from './fingerprints.js';

/** What a conversation is known again by. */
export interface ConversationPrint {
  readonly id: string;
  /** Of its first question and reply. */
  readonly opening: Fingerprint;
}

export function printOf({ id, messages }: Conversation): ConversationPrint {
  const [question = '', reply = ''] = messages.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
  return { id, opening: fingerprint([question, reply]) };
}

/** Knows conversations by their ids, and by their first question and reply. A hundred thousand take a few megabytes. */
export class KnownConversations {
  readonly #ids: string[] = [];
  readonly #byId = new Fingerprints();
  readonly #byOpening = new Fingerprints();

  /** Conversations that were added. */
  get size(): number {
    return this.#ids.length;
  }

  hasId(id: string): boolean {
    return this.#byId.has(fingerprint([id]));
  }

  /**
   * Adds a conversation, unless one is known that begins with the same question and reply.
   *
   * @returns the id of that one.
   */
  add({ id, opening }: ConversationPrint): string | undefined {
    const number = this.#ids.length;
    const original = this.#byOpening.add(opening, number);
    if (original !== undefined) return this.#ids[original];
    this.#ids.push(id);
    this.#byId.add(fingerprint([id]), number);
    return undefined;
  }
}
