import { safeStorage } from './storage.js';

const storageKey = 'vicuna-chat-theme';
const storage = safeStorage('localStorage');

/** Light or dark as the system says, until somebody chooses. */
export class Theme {
  readonly #root = document.documentElement;
  readonly #system = matchMedia('(prefers-color-scheme: dark)');

  constructor() {
    const kept = storage.read(storageKey);
    if (kept === 'light' || kept === 'dark') this.#root.dataset.theme = kept;
  }

  get isDark(): boolean {
    return (this.#root.dataset.theme ?? (this.#system.matches ? 'dark' : 'light')) === 'dark';
  }

  toggle(): void {
    const next = this.isDark ? 'light' : 'dark';
    this.#root.dataset.theme = next;
    storage.write(storageKey, next);
  }

  /** Calls back when the system changes its mind. */
  watch(onChange: () => void): void {
    this.#system.addEventListener('change', onChange);
  }
}
