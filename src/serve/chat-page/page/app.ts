import { Client } from './api/client.js';
import { fetchModels } from './api/models.js';
import { Chat, troubleOf } from './chat.js';
import { ConversationStore, type ListedConversation } from './conversations/store.js';
import { confirmDeletion } from './dialogs/confirm.js';
import { Keys } from './dialogs/key.js';
import { changeSettings } from './dialogs/settings.js';
import { element } from './element.js';
import type { Facts } from './facts.js';
import { readSettings, type Settings, writeSettings } from './settings.js';
import { Theme } from './theme.js';
import { Announcer } from './view/announcer.js';
import { Composer } from './view/composer.js';
import { Scroller } from './view/scroller.js';
import { Sidebar } from './view/sidebar.js';
import { TopBar } from './view/top-bar.js';
import { troubleNotice } from './view/trouble.js';
import { TurnList } from './view/turns.js';

/** Puts the parts of the page together: what the reader does goes to the chat, what the chat does is shown. */
export class App {
  readonly #theme = new Theme();
  readonly #keys = new Keys(() => this.#refresh());
  readonly #client = new Client(this.#keys);
  readonly #store = new ConversationStore();
  readonly #announcer = new Announcer();
  readonly #notices = element('div', { class: 'notices' });
  readonly #welcome = element(
    'div',
    { class: 'welcome' },
    element('h2', {}, 'What would you like to talk about?'),
    element('p', {}, 'Replies come from a language model and may be wrong.'),
  );
  readonly #unkept = element(
    'p',
    { class: 'note' },
    'This conversation cannot be kept: the browser’s storage is full or switched off.',
  );
  readonly #chat: Chat;
  readonly #turns: TurnList;
  readonly #scroller: Scroller;
  readonly #composer: Composer;
  readonly #sidebar: Sidebar;
  readonly #bar: TopBar;
  #settings = readSettings();
  #models: readonly string[] = [];

  constructor(facts: Facts) {
    this.#chat = new Chat({
      client: this.#client,
      store: this.#store,
      facts,
      settings: () => this.#settings,
      listener: {
        onChange: () => this.#refresh(),
        onText: (answer, text) => this.#turns.viewOf(answer)?.append(text),
        onAnswer: (answer) => this.#turns.viewOf(answer)?.finish(),
        onPair: () => this.#announcer.say('Both replies are there.'),
      },
    });
    this.#turns = new TurnList({
      chat: this.#chat,
      facts,
      onBlock: (text) => this.#announcer.say(text),
      onDraw: () => this.#scroller.follow(),
    });
    this.#scroller = new Scroller(
      element('h1', { class: 'visually-hidden' }, facts.title),
      this.#welcome,
      this.#turns.element,
      this.#unkept,
      this.#notices,
    );
    this.#composer = new Composer({
      onSend: (text) => this.#send(text),
      onStop: () => this.#stop(),
    });
    this.#sidebar = new Sidebar(facts.title, {
      onNew: () => this.#startNew(),
      onOpen: (id) => this.#open(id),
      onDelete: (conversation) => void this.#delete(conversation),
      onSettings: () => void this.#changeSettings(),
      onTheme: () => {
        this.#theme.toggle();
        this.#refresh();
      },
      onForgetKey: () => {
        this.#keys.forget();
        void this.#loadModels();
      },
    });
    this.#bar = new TopBar({
      onMenu: () => this.#showDrawer(!document.body.classList.contains('drawer-open')),
      onNew: () => this.#startNew(),
      onSettings: (change) => this.#use({ ...this.#settings, ...change }),
    });
  }

  async start(): Promise<void> {
    const veil = element('div', { class: 'veil' });
    veil.addEventListener('click', () => this.#showDrawer(false));
    document.body.replaceChildren(
      element('a', { class: 'skip', href: '#message' }, 'To the message field'),
      this.#sidebar.element,
      veil,
      element(
        'div',
        { class: 'stage' },
        this.#bar.element,
        this.#scroller.element,
        this.#scroller.toEnd,
        this.#composer.element,
      ),
      this.#announcer.element,
    );
    document.addEventListener('visibilitychange', () => {
      // Workers come and go while nobody looks.
      if (document.visibilityState === 'visible' && this.#models.length > 0) void this.#loadModels();
    });
    document.addEventListener('keydown', (event) => this.#onKey(event));
    addEventListener('storage', () => {
      this.#store.reload();
      this.#refresh();
    });
    this.#theme.watch(() => this.#refresh());
    this.#showDrawer(false);
    this.#refresh();
    this.#scroller.goToEnd();
    await this.#loadModels();
    // Where nothing hovers, focus brings a keyboard up that hides half of the page.
    if (matchMedia('(hover: hover)').matches) this.#composer.focus();
  }

  async #loadModels(): Promise<void> {
    this.#notices.replaceChildren();
    try {
      this.#models = await fetchModels(this.#client);
      this.#use(this.#settings);
      if (this.#models.length === 0)
        this.#notify({ message: 'No model is offered at the moment. One may join any time.' });
    } catch (error) {
      this.#notify(troubleOf(error));
    }
  }

  #notify(trouble: Parameters<typeof troubleNotice>[0]): void {
    this.#notices.replaceChildren(troubleNotice(trouble, () => void this.#loadModels()));
  }

  /** Takes settings over; models that are gone are replaced by ones there are. */
  #use(settings: Settings): void {
    const [first = ''] = this.#models;
    const model = this.#models.includes(settings.model) ? settings.model : first;
    const others = this.#models.filter((name) => name !== model);
    const secondModel = others.includes(settings.secondModel) ? settings.secondModel : (others[0] ?? '');
    this.#settings = { ...settings, model, secondModel };
    writeSettings(this.#settings);
    this.#refresh();
  }

  #refresh(): void {
    const { path, isRunning } = this.#chat;
    this.#turns.show(path);
    this.#welcome.hidden = path.length > 0;
    this.#unkept.hidden = this.#chat.isKept;
    this.#composer.refresh(isRunning);
    this.#bar.refresh(this.#settings, this.#models);
    this.#sidebar.refresh({
      conversations: this.#store.list(),
      current: this.#chat.id,
      hasKey: this.#keys.key !== undefined,
      isDark: this.#theme.isDark,
    });
    this.#scroller.follow();
  }

  #send(text: string): boolean {
    if (this.#settings.model === '') {
      void this.#loadModels();
      return false;
    }
    this.#chat.send(text);
    this.#scroller.goToEnd();
    return true;
  }

  #stop(): void {
    this.#chat.stop();
    this.#refresh();
    this.#composer.focus();
  }

  #open(id: string): void {
    this.#chat.open(id);
    this.#showDrawer(false);
    this.#scroller.goToEnd();
  }

  #startNew(): void {
    this.#chat.startNew();
    this.#showDrawer(false);
    this.#composer.focus();
  }

  async #delete({ id, title }: ListedConversation): Promise<void> {
    if (!(await confirmDeletion(title))) return;
    this.#chat.remove(id);
    this.#composer.focus();
  }

  async #changeSettings(): Promise<void> {
    this.#use(await changeSettings(this.#settings));
  }

  #showDrawer(isOpen: boolean): void {
    const wasOpen = document.body.classList.contains('drawer-open');
    document.body.classList.toggle('drawer-open', isOpen);
    this.#bar.menu.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) this.#sidebar.element.querySelector('button')?.focus();
    else if (wasOpen) this.#bar.menu.focus();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null) return;
    if (event.key === 'Escape') {
      if (document.body.classList.contains('drawer-open')) this.#showDrawer(false);
      else if (this.#chat.isRunning) this.#stop();
    } else if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      event.preventDefault();
      this.#composer.focus();
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
