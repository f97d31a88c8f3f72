import { element } from '../element.js';
import { icon } from '../icons.js';
import { isSendKey } from './question.js';

export interface ComposerListener {
  /** @returns whether it was taken; else it stays in the field. */
  readonly onSend: (text: string) => boolean;
  readonly onStop: () => void;
}

/** Where the reader types. Its button sends, and stops while a reply comes. */
export class Composer {
  readonly element: HTMLElement;
  readonly #listener: ComposerListener;
  readonly #input = element('textarea', {
    id: 'message',
    rows: '1',
    placeholder: 'Write a message',
    'aria-label': 'Message',
  });
  readonly #button = element('button', { type: 'submit', class: 'send' });
  #isRunning = false;

  constructor(listener: ComposerListener) {
    this.#listener = listener;
    const form = element('form', { class: 'composer' }, this.#input, this.#button);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener('keydown', (event) => {
      if (!isSendKey(event)) return;
      event.preventDefault();
      if (!this.#isRunning) this.#submit();
    });
    this.#input.addEventListener('input', () => this.#fit());
    this.element = element(
      'footer',
      { class: 'foot' },
      form,
      element('p', { class: 'hint keys' }, 'Enter sends · Shift+Enter for a new line · Esc stops · / to write'),
    );
    this.refresh(false);
  }

  refresh(isRunning: boolean): void {
    this.#isRunning = isRunning;
    const label = isRunning ? 'Stop' : 'Send';
    this.#button.replaceChildren(icon(isRunning ? 'stop' : 'send'));
    this.#button.setAttribute('aria-label', label);
    this.#button.title = label;
    this.#button.classList.toggle('stopping', isRunning);
    this.#fit();
  }

  focus(): void {
    this.#input.focus();
  }

  #submit(): void {
    if (this.#isRunning) {
      this.#listener.onStop();
      return;
    }
    const text = this.#input.value;
    if (text.trim() === '') return;
    if (!this.#listener.onSend(text)) return;
    this.#input.value = '';
    this.#fit();
  }

  /** As high as the text, up to what the style allows. */
  #fit(): void {
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight}px`;
    this.#button.disabled = !this.#isRunning && this.#input.value.trim() === '';
  }
}
