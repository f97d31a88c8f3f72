import type { BrowserIndex } from '../browser/payload.js';
import { type Filters, noFilters } from './address.js';
import { byId, element } from './elements.js';
import { NONE, pairName, TIE } from './matching.js';

/** The form above the list. */
export class FilterForm {
  readonly #form: HTMLFormElement;

  constructor(index: BrowserIndex, onChange: (filters: Filters) => void) {
    this.#form = byId<HTMLFormElement>('filters');
    this.#fill('category', index.categories.map(same));
    this.#fill('pair', [...new Set(index.items.map((item) => pairName(index, item)))].map(same));
    this.#fill('won', [...index.models.map(same), [TIE, 'a tie'], [NONE, 'no verdict']]);
    this.#fill('judge', index.judges.map(same));
    let waiting: ReturnType<typeof setTimeout> | undefined;
    this.#form.addEventListener('input', (event) => {
      clearTimeout(waiting);
      const isTyping = (event.target as HTMLInputElement).type === 'search';
      waiting = setTimeout(() => onChange(this.read()), isTyping ? 200 : 0);
    });
    this.#form.addEventListener('reset', () => setTimeout(() => onChange(this.read())));
    this.#form.addEventListener('submit', (event) => event.preventDefault());
  }

  read(): Filters {
    const names = Object.keys(noFilters) as (keyof Filters)[];
    return Object.fromEntries(names.map((name) => [name, this.#field(name).value.trim()])) as unknown as Filters;
  }

  write(filters: Filters): void {
    for (const [name, value] of Object.entries(filters)) {
      const field = this.#field(name);
      field.value = value;
      // A link may name what this report does not have.
      if (field.value !== value) field.value = '';
    }
  }

  focusSearch(): void {
    this.#field('text').focus();
  }

  #field(name: string): HTMLSelectElement | HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLSelectElement | HTMLInputElement;
  }

  /** A choice of one is none. */
  #fill(name: string, choices: readonly (readonly [value: string, label: string])[]): void {
    const field = this.#field(name);
    field.append(...choices.map(([value, label]) => element('option', { value }, label)));
    field.closest('label')!.hidden = choices.length < 2;
  }
}

const same = (name: string) => [name, name] as const;
