import { button, element } from '../element.js';
import { icon } from '../icons.js';

/** So near to the end counts as being there. */
const nearPixels = 80;

/** Keeps the end in sight while a reply grows, unless the reader has gone up to read. */
export class Scroller {
  readonly element: HTMLElement;
  readonly toEnd = button(
    { class: 'to-end', 'aria-label': 'To the end', title: 'To the end' },
    () => this.goToEnd(),
    icon('down'),
  );
  #isFollowing = true;

  constructor(...children: readonly Node[]) {
    this.element = element('main', { id: 'conversation', tabindex: '-1' }, ...children);
    this.toEnd.hidden = true;
    this.element.addEventListener('scroll', () => this.#look(), { passive: true });
  }

  goToEnd(): void {
    this.#isFollowing = true;
    this.follow();
  }

  follow(): void {
    if (this.#isFollowing) this.element.scrollTop = this.element.scrollHeight;
    else this.#look();
  }

  #look(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < nearPixels;
    this.toEnd.hidden = this.#isFollowing;
  }
}
