import type { Chat } from '../chat.js';
import type { Answer, Reply } from '../conversations/conversation.js';
import { button, element } from '../element.js';
import type { Facts } from '../facts.js';
import { icon } from '../icons.js';
import { AnswerView } from './answer.js';
import { branchSwitch } from './branches.js';
import type { TurnView } from './turn-view.js';
import { VoteBar } from './vote-bar.js';

export interface ReplyViewParts {
  readonly chat: Chat;
  readonly facts: Facts;
  readonly onBlock: (text: string) => void;
  readonly onDraw: () => void;
}

/** One answer, or two side by side with a vote below them. */
export class ReplyView implements TurnView {
  readonly element: HTMLElement;
  readonly answers: readonly AnswerView[];
  readonly #reply: Reply;
  readonly #parts: ReplyViewParts;
  readonly #tools = element('div', { class: 'tools' });
  readonly #votes: VoteBar | undefined;

  constructor(reply: Reply, parts: ReplyViewParts) {
    this.#reply = reply;
    this.#parts = parts;
    const { chat, facts, onDraw } = parts;
    const isPair = reply.answers.length === 2;
    // Two voices at once are not read out: the end of both is told.
    const onBlock = isPair ? () => undefined : parts.onBlock;
    this.answers = reply.answers.map(
      (answer) => new AnswerView(answer, { name: '', onRetry: () => chat.retry(reply, answer), onBlock, onDraw }),
    );
    this.#votes = isPair && facts.votes !== 'none' ? new VoteBar(reply, chat, facts.votes === 'texts') : undefined;
    this.element = element(
      'li',
      { class: isPair ? 'reply pair' : 'reply' },
      element('h2', { class: 'visually-hidden' }, isPair ? 'Two replies' : 'Reply'),
      element('div', { class: 'answers' }, ...this.answers.map((view) => view.element)),
      this.#votes?.element,
      this.#tools,
    );
  }

  refresh(): void {
    const { chat } = this.#parts;
    const reply = this.#reply;
    for (const [index, view] of this.answers.entries()) {
      view.name = nameOf(reply, index);
      if (view.answer.state === 'streaming' && view.element.ariaBusy === 'false') view.begin();
    }
    this.#votes?.refresh();
    const again = button(
      { class: 'quiet', 'aria-label': 'Answer anew', title: 'Answer anew' },
      () => chat.regenerate(reply),
      icon('again'),
    );
    again.disabled = chat.isRunning;
    const branches = branchSwitch(reply, chat.siblingsOf(reply), chat.isRunning, (turn) => chat.choose(turn));
    this.#tools.replaceChildren(...(branches === undefined ? [] : [branches]), again);
    // One that failed has a button of its own.
    again.hidden = reply.answers.some(({ state }) => state === 'failed');
    this.#tools.hidden = reply.answers.some(({ state }) => state === 'streaming');
  }

  viewOf(answer: Answer): AnswerView | undefined {
    return this.answers.find((view) => view.answer === answer);
  }
}

function nameOf({ answers, isBlind, vote }: Reply, index: number): string {
  const letter = index === 0 ? 'A' : 'B';
  const { model } = answers[index]!;
  if (answers.length === 1) return model;
  return isBlind && vote === undefined ? `Model ${letter}` : `${letter}: ${model}`;
}
