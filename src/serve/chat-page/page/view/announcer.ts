import { element } from '../element.js';

const keptAnnouncements = 20;

/** Reads replies out to screen readers a block at a time: each token would drown everything else. */
export class Announcer {
  readonly element = element('div', {
    class: 'visually-hidden',
    role: 'log',
    'aria-live': 'polite',
    'aria-label': 'Replies',
  });

  say(text: string): void {
    if (text.trim() === '') return;
    this.element.append(element('p', {}, text));
    while (this.element.childElementCount > keptAnnouncements) this.element.firstElementChild?.remove();
  }
}
