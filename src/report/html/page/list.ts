import { element } from './elements.js';

/** Height of a row in CSS pixels; the style sheet gives rows the same. */
const ROW = 64;
/** Rows above and below what is seen. */
const MARGIN = 6;

export interface ListOptions {
  /** Fills the row of an item. */
  readonly fill: (row: HTMLElement, item: number) => void;
  readonly onChoose: (item: number) => void;
}

/** A list box of any length, of which only the rows in sight exist. */
export class VirtualList {
  readonly #box: HTMLElement;
  readonly #canvas = element('div', { role: 'presentation', class: 'canvas' });
  readonly #options: ListOptions;
  #items: readonly number[] = [];
  #chosen = -1;

  constructor(box: HTMLElement, options: ListOptions) {
    this.#box = box;
    this.#options = options;
    box.append(this.#canvas);
    box.addEventListener('scroll', () => this.#draw(), { passive: true });
    box.addEventListener('click', (event) => {
      const row = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (row !== null) this.choose(Number(row.dataset.place));
    });
    box.addEventListener('keydown', (event) => this.#onKey(event));
    new ResizeObserver(() => this.#draw()).observe(box);
  }

  get length(): number {
    return this.#items.length;
  }

  get chosen(): number {
    return this.#chosen;
  }

  show(items: readonly number[], chosenItem: number | undefined): void {
    this.#items = items;
    this.#chosen = chosenItem === undefined ? -1 : items.indexOf(chosenItem);
    this.#canvas.style.height = `${items.length * ROW}px`;
    this.#box.hidden = items.length === 0;
    if (this.#chosen >= 0) this.#reveal();
    else this.#box.scrollTop = 0;
    this.#draw();
  }

  /** @param place - in the list as it is shown; beyond an end nothing happens */
  choose(place: number): void {
    const item = this.#items[place];
    if (item === undefined) return;
    this.#chosen = place;
    this.#reveal();
    this.#draw();
    this.#options.onChoose(item);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 1);
    const last = this.#items.length - 1;
    const places: Readonly<Record<string, number>> = {
      ArrowDown: this.#chosen + 1,
      ArrowUp: this.#chosen - 1,
      PageDown: Math.min(last, this.#chosen + page),
      PageUp: Math.max(0, this.#chosen - page),
      Home: 0,
      End: last,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    this.choose(place);
  }

  #reveal(): void {
    const top = this.#chosen * ROW;
    const { scrollTop, clientHeight } = this.#box;
    if (top < scrollTop) this.#box.scrollTop = top;
    else if (top + ROW > scrollTop + clientHeight) this.#box.scrollTop = top + ROW - clientHeight;
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.#box;
    const from = Math.max(0, Math.floor(scrollTop / ROW) - MARGIN);
    const to = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / ROW) + MARGIN);
    const rows: HTMLElement[] = [];
    for (let place = from; place < to; place++) rows.push(this.#row(place));
    this.#canvas.replaceChildren(...rows);
    if (this.#chosen >= from && this.#chosen < to)
      this.#box.setAttribute('aria-activedescendant', `row-${this.#chosen}`);
    else this.#box.removeAttribute('aria-activedescendant');
  }

  #row(place: number): HTMLElement {
    const row = element('div', {
      role: 'option',
      id: `row-${place}`,
      class: 'row',
      'data-place': String(place),
      'aria-selected': String(place === this.#chosen),
      'aria-setsize': String(this.#items.length),
      'aria-posinset': String(place + 1),
    });
    row.style.top = `${place * ROW}px`;
    this.#options.fill(row, this.#items[place]!);
    return row;
  }
}
