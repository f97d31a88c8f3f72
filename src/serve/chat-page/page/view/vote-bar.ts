import { type Chat, troubleOf } from '../chat.js';
import type { Reply, VoteOutcome } from '../conversations/conversation.js';
import { button, element } from '../element.js';
import { troubleNotice } from './trouble.js';

const choices: readonly (readonly [VoteOutcome, string])[] = [
  ['a', 'A is better'],
  ['b', 'B is better'],
  ['tie', 'Tie'],
  ['both-bad', 'Both are bad'],
];

/** Asks which of two answers is better, once, and says what was chosen. */
export class VoteBar {
  readonly element = element('div', { class: 'vote' });
  readonly #reply: Reply;
  readonly #chat: Chat;
  readonly #keepsTexts: boolean;
  #shown: string | undefined;

  constructor(reply: Reply, chat: Chat, keepsTexts: boolean) {
    this.#reply = reply;
    this.#chat = chat;
    this.#keepsTexts = keepsTexts;
  }

  refresh(): void {
    const { answers, vote } = this.#reply;
    const isVotable = answers.every(({ state, text }) => state !== 'streaming' && state !== 'failed' && text !== '');
    const shown = vote ?? (isVotable ? 'ask' : 'nothing');
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (vote !== undefined) this.#thank(vote);
    else if (isVotable) this.#ask();
    else this.element.replaceChildren();
  }

  #ask(): void {
    const buttons = choices.map(([outcome, words]) =>
      button({ class: 'secondary' }, () => void this.#vote(outcome, buttons), words),
    );
    this.element.replaceChildren(
      element('div', { class: 'choices', role: 'group', 'aria-label': 'Which answer is better?' }, ...buttons),
    );
    if (this.#keepsTexts)
      this.element.append(element('p', { class: 'note' }, 'A vote is kept with what was asked and answered.'));
  }

  async #vote(outcome: VoteOutcome, buttons: readonly HTMLButtonElement[]): Promise<void> {
    for (const each of buttons) each.disabled = true;
    try {
      await this.#chat.vote(this.#reply, outcome);
    } catch (error) {
      this.#ask();
      this.element.append(troubleNotice(troubleOf(error), () => void this.#vote(outcome, [])));
    }
  }

  #thank(vote: VoteOutcome): void {
    const words = choices.find(([outcome]) => outcome === vote)![1];
    // The names stand above the answers too, which are often out of sight by now.
    const names = this.#reply.answers.map(({ model }, index) => `${index === 0 ? 'A' : 'B'} is ${model}`).join(', ');
    this.element.replaceChildren(
      element('p', { class: 'voted', role: 'status' }, `Your vote: ${words}`),
      element('p', { class: 'note' }, names),
    );
  }
}
