import type { KeySource } from '../api/client.js';
import { Failure } from '../api/failure.js';
import { element } from '../element.js';
import { safeStorage } from '../storage.js';
import { checkbox, field, showDialog } from './dialog.js';

const storageKey = 'vicuna-chat-key';

/** The reader's key: kept for the tab, or on the device where the reader says so; nowhere else. */
export class Keys implements KeySource {
  readonly #tab = safeStorage('sessionStorage');
  readonly #device = safeStorage('localStorage');
  #key: string | undefined;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#key = this.#tab.read(storageKey) ?? this.#device.read(storageKey);
    this.#onChange = onChange;
  }

  get key(): string | undefined {
    return this.#key;
  }

  async ask(problem: string | undefined): Promise<void> {
    const input = element('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: '' });
    const device = checkbox('Remember it on this device', false);
    const isGiven = await showDialog({
      title: 'API key',
      body: [
        element('p', {}, 'This server asks for a key. Whoever runs it can give you one.'),
        problem !== undefined && element('p', { class: 'problem', role: 'alert' }, problem),
        field('Key', input, 'It is sent to this server only.'),
        device.row,
      ],
      action: 'Use this key',
      onAction: () => {
        const key = input.value.trim();
        // What cannot be in a header cannot be a key.
        const isKey = /^[\x21-\x7e]{1,512}$/.test(key);
        if (isKey) this.#keep(key, device.input.checked);
        else input.setAttribute('aria-invalid', 'true');
        return isKey;
      },
    });
    if (!isGiven) throw new Failure('This server asks for an API key.');
  }

  forget(): void {
    this.#key = undefined;
    for (const storage of [this.#tab, this.#device]) storage.remove(storageKey);
    this.#onChange();
  }

  #keep(key: string, onDevice: boolean): void {
    this.forget();
    this.#key = key;
    (onDevice ? this.#device : this.#tab).write(storageKey, key);
    this.#onChange();
  }
}
