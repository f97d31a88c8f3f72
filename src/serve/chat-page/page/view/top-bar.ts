import { button, element } from '../element.js';
import { icon } from '../icons.js';
import type { Settings } from '../settings.js';

export interface TopBarListener {
  readonly onMenu: () => void;
  readonly onNew: () => void;
  readonly onSettings: (change: Partial<Settings>) => void;
}

/** Which model is asked, and whether a second one is asked beside it. */
export class TopBar {
  readonly element: HTMLElement;
  readonly menu: HTMLButtonElement;
  readonly #first: HTMLSelectElement;
  readonly #second: HTMLSelectElement;
  readonly #compare: HTMLButtonElement;
  #settings: Settings | undefined;

  constructor({ onMenu, onNew, onSettings }: TopBarListener) {
    const select = (label: string, onChange: (model: string) => void) => {
      const made = element('select', { 'aria-label': label });
      made.addEventListener('change', () => onChange(made.value));
      return made;
    };
    this.#first = select('Model', (model) => onSettings({ model }));
    this.#second = select('Second model', (secondModel) => onSettings({ secondModel }));
    this.#compare = button(
      { class: 'toggle', 'aria-label': 'Two models side by side', title: 'Two models side by side' },
      () => onSettings({ sideBySide: this.#settings?.sideBySide !== true }),
      icon('columns'),
      element('span', { class: 'wide-only' }, 'Side by side'),
    );
    this.menu = button(
      { class: 'quiet narrow-only', 'aria-label': 'Conversations', 'aria-controls': 'sidebar' },
      onMenu,
      icon('menu'),
    );
    this.element = element(
      'header',
      { class: 'bar' },
      this.menu,
      element('div', { class: 'models' }, this.#first, this.#second),
      this.#compare,
      button({ class: 'quiet narrow-only', 'aria-label': 'New conversation' }, onNew, icon('plus')),
    );
  }

  refresh(settings: Settings, models: readonly string[]): void {
    this.#settings = settings;
    const isPair = settings.sideBySide && models.length > 1;
    fill(this.#first, isPair ? models.filter((model) => model !== settings.secondModel) : models, settings.model);
    fill(
      this.#second,
      models.filter((model) => model !== settings.model),
      settings.secondModel,
    );
    this.#second.hidden = !isPair;
    this.#compare.setAttribute('aria-pressed', String(isPair));
    this.#compare.hidden = models.length < 2;
  }
}

function fill(select: HTMLSelectElement, models: readonly string[], chosen: string): void {
  select.disabled = models.length === 0;
  const shown = models.length === 0 ? ['No model'] : models;
  select.replaceChildren(...shown.map((model) => element('option', { value: model }, model)));
  if (models.includes(chosen)) select.value = chosen;
}
