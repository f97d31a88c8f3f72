import type { Conversation } from '../../conversation/index.js';
import { Histogram } from '../tally/histogram.js';

/** What conversations are like, counted one by one. */
export class ConversationTally {
  readonly turns = new Histogram();
  readonly characters = new Histogram();
  readonly #languages = new Map<string, number>();

  add({ messages, metadata }: Conversation): void {
    this.turns.add(messages.length);
    this.characters.add(messages.reduce((sum, { content }) => sum + content.length, 0));
    const language = metadata?.language;
    if (typeof language === 'string' && language !== '')
      this.#languages.set(language, (this.#languages.get(language) ?? 0) + 1);
  }

  /** The most conversations first. */
  languages(): { readonly label: string; readonly count: number }[] {
    return [...this.#languages]
      .map(([label, count]) => ({ label, count }))
      .sort((one, other) => other.count - one.count);
  }
}
