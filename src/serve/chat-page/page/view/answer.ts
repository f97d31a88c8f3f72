import type { Answer } from '../conversations/conversation.js';
import { element } from '../element.js';
import { copyButton } from '../markdown/code-block.js';
import { GrowingMarkdown } from '../markdown/growing.js';
import { troubleNotice } from './trouble.js';

const notes: Partial<Record<Answer['state'], string>> = {
  stopped: 'You stopped this reply.',
  length: 'The reply reached its greatest length.',
  filtered: 'The rest was withheld by moderation.',
};

export interface AnswerViewOptions {
  readonly name: string;
  readonly onRetry: () => void;
  readonly onBlock: (text: string) => void;
  readonly onDraw: () => void;
}

/** What one model says, while it says it and after. */
export class AnswerView {
  readonly element: HTMLElement;
  readonly answer: Answer;
  readonly #options: AnswerViewOptions;
  readonly #name = element('h3', { class: 'model' });
  readonly #prose = element('div', { class: 'prose' });
  readonly #end = element('div', { class: 'end' });
  readonly #copy: HTMLButtonElement;
  #markdown: GrowingMarkdown;

  constructor(answer: Answer, options: AnswerViewOptions) {
    this.answer = answer;
    this.#options = options;
    this.#copy = copyButton('Copy reply', () => answer.text);
    this.name = options.name;
    this.element = element(
      'section',
      { class: 'answer' },
      element('div', { class: 'answer-head' }, this.#name, this.#copy),
      this.#prose,
      this.#end,
    );
    this.#markdown = this.begin();
  }

  set name(name: string) {
    this.#name.textContent = name;
  }

  /** Shows the answer as it is now, and what comes of it from here on. */
  begin(): GrowingMarkdown {
    this.#prose.replaceChildren();
    const markdown = new GrowingMarkdown(this.#prose, {
      // What was there already is not read out.
      onBlock: this.answer.state === 'streaming' ? this.#options.onBlock : undefined,
      onDraw: this.#options.onDraw,
    });
    this.#markdown = markdown;
    if (this.answer.text !== '') markdown.append(this.answer.text);
    if (this.answer.state !== 'streaming') markdown.finish();
    this.#showState();
    return markdown;
  }

  append(text: string): void {
    this.#markdown.append(text);
    this.element.classList.remove('waiting');
  }

  finish(): void {
    this.#markdown.finish();
    this.#showState();
  }

  #showState(): void {
    const { state, text, trouble } = this.answer;
    const isStreaming = state === 'streaming';
    this.element.setAttribute('aria-busy', String(isStreaming));
    this.element.classList.toggle('streaming', isStreaming);
    this.element.classList.toggle('waiting', isStreaming && text === '');
    this.#copy.hidden = isStreaming || text === '';
    const note = notes[state] ?? (state === 'whole' && text === '' ? 'The model said nothing.' : undefined);
    this.#end.replaceChildren(
      ...(note === undefined ? [] : [element('p', { class: 'note' }, note)]),
      ...(state === 'failed'
        ? [troubleNotice(trouble ?? { message: 'The reply failed.' }, this.#options.onRetry)]
        : []),
    );
  }
}
