import type { Chat } from '../chat.js';
import type { Question } from '../conversations/conversation.js';
import { button, element } from '../element.js';
import { icon } from '../icons.js';
import { copyButton } from '../markdown/code-block.js';
import { branchSwitch } from './branches.js';
import type { TurnView } from './turn-view.js';

/** What the reader asked, as it was typed, and a way to ask it otherwise. */
export class QuestionView implements TurnView {
  readonly element = element('li', { class: 'question' });
  readonly #question: Question;
  readonly #chat: Chat;
  readonly #tools = element('div', { class: 'tools' });
  readonly #text: HTMLElement;

  constructor(question: Question, chat: Chat) {
    this.#question = question;
    this.#chat = chat;
    this.#text = element('div', { class: 'said' }, question.text);
    this.element.append(element('h2', { class: 'visually-hidden' }, 'You'), this.#text, this.#tools);
  }

  refresh(): void {
    const { isRunning } = this.#chat;
    const edit = button({ class: 'quiet', 'aria-label': 'Edit', title: 'Edit' }, () => this.#edit(edit), icon('edit'));
    edit.disabled = isRunning;
    const branches = branchSwitch(this.#question, this.#chat.siblingsOf(this.#question), isRunning, (turn) =>
      this.#chat.choose(turn),
    );
    this.#tools.replaceChildren(
      ...(branches === undefined ? [] : [branches]),
      edit,
      copyButton('Copy', () => this.#question.text),
    );
  }

  #edit(opener: HTMLElement): void {
    const input = element('textarea', { 'aria-label': 'Edit your message', rows: '3' });
    input.value = this.#question.text;
    const close = () => {
      form.replaceWith(this.#text);
      this.#tools.hidden = false;
      opener.focus();
    };
    const form = element(
      'form',
      { class: 'editing' },
      input,
      element(
        'div',
        { class: 'row' },
        button({ class: 'secondary small' }, close, 'Cancel'),
        element('button', { type: 'submit', class: 'primary small' }, 'Send'),
      ),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (input.value.trim() === '') return;
      this.#chat.edit(this.#question, input.value);
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        close();
      } else if (isSendKey(event) && event.target === input) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.#text.replaceWith(form);
    this.#tools.hidden = true;
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
  }
}

/** Enter, but not the one that ends the composing of a character. */
export function isSendKey(event: KeyboardEvent): boolean {
  return event.key === 'Enter' && !event.shiftKey && !event.isComposing;
}
