import { readJson, safeStorage } from '../storage.js';
import type { Conversation } from './conversation.js';
import { readConversation } from './read.js';
import { titleOf } from './tree.js';

const prefix = 'vicuna-chat:';
const currentKey = 'vicuna-chat-current';
/** What is kept; beyond it the oldest go. Browsers allow about five million characters for an origin. */
const maximumConversations = 100;
const maximumCharacters = 4_000_000;

export interface ListedConversation {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: number;
}

/** Conversations in the browser's storage, each under a key of its own, so that two tabs do not undo each other. */
export class ConversationStore {
  readonly #storage = safeStorage('localStorage');
  /** The one that was shown last in this tab, else in any. */
  readonly #tab = safeStorage('sessionStorage');
  #listed = new Map<string, ListedConversation & { readonly characters: number }>();

  constructor() {
    this.reload();
  }

  /** Looks anew, since another tab may have written. What is not a conversation goes. */
  reload(): void {
    this.#listed = new Map();
    for (const key of this.#storage.keys()) {
      if (!key.startsWith(prefix)) continue;
      const conversation = readConversation(readJson(this.#storage, key));
      if (conversation === undefined || `${prefix}${conversation.id}` !== key) this.#storage.remove(key);
      else this.#note(conversation, this.#storage.read(key)?.length ?? 0);
    }
  }

  /** Newest first. */
  list(): ListedConversation[] {
    return [...this.#listed.values()].sort((one, other) => other.updatedAt - one.updatedAt);
  }

  read(id: string): Conversation | undefined {
    return readConversation(readJson(this.#storage, `${prefix}${id}`));
  }

  /** @returns whether it is kept. */
  write(conversation: Conversation): boolean {
    const text = JSON.stringify(conversation);
    this.#note(conversation, text.length);
    this.#makeRoom(conversation.id);
    for (;;) {
      if (this.#storage.write(`${prefix}${conversation.id}`, text)) return true;
      if (!this.#dropOldest(conversation.id)) return false;
    }
  }

  remove(id: string): void {
    this.#storage.remove(`${prefix}${id}`);
    this.#listed.delete(id);
  }

  get current(): string | undefined {
    return this.#tab.read(currentKey) ?? this.#storage.read(currentKey);
  }

  set current(id: string | undefined) {
    for (const storage of [this.#tab, this.#storage])
      if (id === undefined) storage.remove(currentKey);
      else storage.write(currentKey, id);
  }

  #note(conversation: Conversation, characters: number): void {
    const { id, updatedAt } = conversation;
    this.#listed.set(id, { id, updatedAt, title: titleOf(conversation), characters });
  }

  #makeRoom(kept: string): void {
    const characters = () => [...this.#listed.values()].reduce((sum, listed) => sum + listed.characters, 0);
    while (this.#listed.size > maximumConversations || characters() > maximumCharacters)
      if (!this.#dropOldest(kept)) return;
  }

  #dropOldest(kept: string): boolean {
    const oldest = this.list().findLast(({ id }) => id !== kept);
    if (oldest !== undefined) this.remove(oldest.id);
    return oldest !== undefined;
  }
}
