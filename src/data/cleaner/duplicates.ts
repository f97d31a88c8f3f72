import type { Conversation } from '../../conversation/index.js';
import { Fingerprints } from './fingerprints.js';

/** Knows conversations by their ids, and by their first question and reply. A hundred thousand take a few megabytes. */
export class KnownConversations {
  readonly #ids: string[] = [];
  readonly #byId = new Fingerprints();
  readonly #byOpening = new Fingerprints();

  hasId(id: string): boolean {
    return this.#byId.has([id]);
  }

  /**
   * Adds a conversation, unless one is known that begins with the same question and reply.
   *
   * @returns the id of that one.
   */
  add({ id, messages }: Conversation): string | undefined {
    const [question = '', reply = ''] = messages.flatMap(({ role, content }) => (role === 'system' ? [] : [content]));
    const number = this.#ids.length;
    const original = this.#byOpening.add([question, reply], number);
    if (original !== undefined) return this.#ids[original];
    this.#ids.push(id);
    this.#byId.add([id], number);
    return undefined;
  }
}
