import type { Answer, Turn } from '../conversations/conversation.js';
import { element } from '../element.js';
import { QuestionView } from './question.js';
import { ReplyView, type ReplyViewParts } from './reply.js';

/** The turns of a path. Those that stay keep their elements, and with them selection, focus and scroll places. */
export class TurnList {
  readonly element = element('ol', { class: 'turns' });
  readonly #parts: ReplyViewParts;
  #shown: { readonly turn: Turn; readonly view: QuestionView | ReplyView }[] = [];

  constructor(parts: ReplyViewParts) {
    this.#parts = parts;
  }

  show(path: readonly Turn[]): void {
    const parting = this.#shown.findIndex(({ turn }, index) => turn !== path[index]);
    const gone = parting < 0 ? [] : this.#shown.splice(parting);
    for (const { view } of gone) view.element.remove();
    for (const turn of path.slice(this.#shown.length)) {
      const view =
        turn.kind === 'question' ? new QuestionView(turn, this.#parts.chat) : new ReplyView(turn, this.#parts);
      this.#shown.push({ turn, view });
      this.element.append(view.element);
    }
    for (const { view } of this.#shown) view.refresh();
  }

  viewOf(answer: Answer) {
    for (const { view } of this.#shown) {
      const found = view instanceof ReplyView ? view.viewOf(answer) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
