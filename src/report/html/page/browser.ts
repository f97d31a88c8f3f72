import type { ItemRow } from '../browser/payload.js';
import { type Filters, noFilters, readAddress, type View, writeAddress } from './address.js';
import { Blocks } from './blocks.js';
import { detailOf } from './detail.js';
import { byId } from './elements.js';
import { FilterForm } from './filters.js';
import { VirtualList } from './list.js';
import { matcher, textMatcher } from './matching.js';
import { rowFiller } from './rows.js';

/** Starts the browser of questions, where the page has one. */
export function startBrowser(): void {
  if (document.getElementById('browser') === null) return;
  Blocks.open().then(
    (blocks) => new QuestionBrowser(blocks).start(),
    (error: unknown) => {
      byId('status').textContent = `The questions cannot be shown: ${String(error)}`;
    },
  );
}

class QuestionBrowser {
  readonly #blocks: Blocks;
  readonly #form: FilterForm;
  readonly #list: VirtualList;
  readonly #detail = byId('detail');
  readonly #status = byId('status');
  #item: number | undefined;
  /** Rises with every search, so that one that was overtaken stops. */
  #search = 0;

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
    this.#form = new FilterForm(blocks.index, (filters) => void this.#filter(filters, this.#item));
    this.#list = new VirtualList(byId('list'), {
      fill: rowFiller(blocks.index),
      onChoose: (item) => void this.#open(item),
    });
    byId('previous').addEventListener('click', () => this.#move(-1));
    byId('next').addEventListener('click', () => this.#move(1));
    addEventListener('hashchange', () => void this.#go(readAddress()));
    addEventListener('keydown', (event) => this.#onKey(event));
  }

  async start(): Promise<void> {
    byId('browser').hidden = false;
    const view = readAddress();
    await this.#go(view);
    if (view.q !== '') byId('browse').scrollIntoView();
  }

  /** Shows what an address names; where it names no question, the first that is listed. */
  async #go(view: View): Promise<void> {
    // A link to a part of the page is none to a question.
    if (location.hash !== '' && !location.hash.includes('=')) return;
    const { index } = this.#blocks;
    const named = index.items.findIndex((item) => this.#isNamed(item, view));
    const wanted = named === -1 ? undefined : named;
    // A link to a question shows it, also where its filters would hide it.
    const shows = wanted === undefined || matcher(index, view.filters)(index.items[wanted]!);
    this.#form.write(shows ? view.filters : noFilters);
    await this.#filter(this.#form.read(), wanted);
    if (view.q !== '' && wanted === undefined) this.#status.textContent += ` There is no question “${view.q}” here.`;
  }

  #isNamed({ question, a, b }: ItemRow, view: View): boolean {
    const { questions, models } = this.#blocks.index;
    if (questions[question]!.id !== view.q) return false;
    return (view.a === '' || models[a] === view.a) && (view.b === '' || (b !== undefined && models[b] === view.b));
  }

  async #filter(filters: Filters, wanted: number | undefined): Promise<void> {
    const search = ++this.#search;
    const { items } = this.#blocks.index;
    const matches = matcher(this.#blocks.index, filters);
    let places = [...items.keys()].filter((place) => matches(items[place]!));
    if (filters.text !== '') {
      const found = await this.#withText(places, filters.text, search);
      if (found === undefined) return;
      places = found;
    }
    const item = wanted !== undefined && places.includes(wanted) ? wanted : places[0];
    this.#list.show(places, item);
    const all = items.length.toLocaleString('en');
    const some = places.length.toLocaleString('en');
    this.#status.textContent = places.length === items.length ? `${all} in all.` : `${some} of ${all}.`;
    if (item === undefined) this.#close(filters);
    else await this.#open(item);
  }

  /** @returns `undefined` where another search has begun */
  async #withText(places: readonly number[], text: string, search: number): Promise<number[] | undefined> {
    const { index } = this.#blocks;
    const matches = textMatcher(text);
    const found: number[] = [];
    let chunk = -1;
    for (const place of places) {
      const item = index.items[place]!;
      const its = index.questions[item.question]!.chunk;
      if (its !== chunk) {
        chunk = its;
        this.#status.textContent = `Searching … ${found.length} found.`;
        await new Promise((resolve) => setTimeout(resolve));
      }
      const detail = await this.#blocks.question(item.question);
      if (search !== this.#search) return undefined;
      if (matches(detail, item, place)) found.push(place);
    }
    return found;
  }

  async #open(item: number): Promise<void> {
    this.#item = item;
    const { index } = this.#blocks;
    const { question, a, b } = index.items[item]!;
    writeAddress({
      q: index.questions[question]!.id,
      a: index.models[a]!,
      b: b === undefined ? '' : index.models[b]!,
      filters: this.#form.read(),
    });
    const detail = await this.#blocks.question(question);
    if (this.#item !== item) return;
    this.#detail.replaceChildren(detailOf(index, item, detail));
    byId<HTMLButtonElement>('previous').disabled = this.#list.chosen <= 0;
    byId<HTMLButtonElement>('next').disabled = this.#list.chosen >= this.#list.length - 1;
    byId('position').textContent =
      `${(this.#list.chosen + 1).toLocaleString('en')} of ${this.#list.length.toLocaleString('en')}`;
  }

  #close(filters: Filters): void {
    this.#item = undefined;
    writeAddress({ q: '', a: '', b: '', filters });
    this.#detail.replaceChildren('Nothing matches these filters.');
    byId('position').textContent = '';
  }

  #move(by: number): void {
    this.#list.choose(this.#list.chosen + by);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if ((event.target as Element).closest('input, select, textarea') !== null) return;
    if (event.key === 'j') this.#move(1);
    else if (event.key === 'k') this.#move(-1);
    else if (event.key === '/') {
      event.preventDefault();
      this.#form.focusSearch();
    }
  }
}
