import type { ListedConversation } from '../conversations/store.js';
import { button, element } from '../element.js';
import { icon } from '../icons.js';

export interface SidebarListener {
  readonly onNew: () => void;
  readonly onOpen: (id: string) => void;
  readonly onDelete: (conversation: ListedConversation) => void;
  readonly onSettings: () => void;
  readonly onTheme: () => void;
  readonly onForgetKey: () => void;
}

export interface SidebarState {
  readonly conversations: readonly ListedConversation[];
  readonly current: string;
  readonly hasKey: boolean;
  readonly isDark: boolean;
}

/** Conversations and what concerns all of them; a drawer on narrow screens. */
export class Sidebar {
  readonly element: HTMLElement;
  readonly #listener: SidebarListener;
  readonly #list = element('ul', {});
  readonly #empty = element('p', { class: 'note' }, 'Conversations are kept in this browser only.');
  readonly #theme: HTMLButtonElement;
  readonly #key: HTMLButtonElement;

  constructor(title: string, listener: SidebarListener) {
    this.#listener = listener;
    const { onNew, onSettings, onTheme, onForgetKey } = listener;
    this.#theme = button({ class: 'plain' }, onTheme, icon('theme'), 'Dark theme');
    this.#key = button({ class: 'plain' }, onForgetKey, icon('key'), 'Forget my key');
    this.element = element(
      'aside',
      { class: 'sidebar', id: 'sidebar', 'aria-label': 'Conversations' },
      element('p', { class: 'title' }, title),
      button({ class: 'new' }, onNew, icon('plus'), 'New conversation'),
      element('nav', { 'aria-label': 'Earlier conversations' }, this.#list, this.#empty),
      element(
        'div',
        { class: 'sidebar-foot' },
        this.#key,
        button({ class: 'plain' }, onSettings, icon('settings'), 'Settings'),
        this.#theme,
      ),
    );
  }

  refresh({ conversations, current, hasKey, isDark }: SidebarState): void {
    this.#theme.setAttribute('aria-pressed', String(isDark));
    this.#key.hidden = !hasKey;
    this.#empty.hidden = conversations.length > 0;
    const focused = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...conversations.map((conversation) => this.#row(conversation, current)));
    if (focused) this.#list.querySelector<HTMLElement>('[aria-current] , button')?.focus();
  }

  #row(conversation: ListedConversation, current: string): HTMLElement {
    const { id, title } = conversation;
    const open = button({ class: 'open', title }, () => this.#listener.onOpen(id), title);
    if (id === current) open.setAttribute('aria-current', 'page');
    return element(
      'li',
      {},
      open,
      button(
        { class: 'quiet', 'aria-label': `Delete “${title}”`, title: 'Delete' },
        () => this.#listener.onDelete(conversation),
        icon('bin'),
      ),
    );
  }
}
