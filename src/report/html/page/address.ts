/** What the reader looks at: the part of the address behind `#`, so that it can be sent to somebody else. */
export interface View {
  /** Id of the question. */
  readonly q: string;
  /** Names of the models whose answers are shown. */
  readonly a: string;
  readonly b: string;
  readonly filters: Filters;
}

export interface Filters {
  readonly category: string;
  /** Two models, as `a` and `b` of the list of pairs: its place. */
  readonly pair: string;
  /** Name of the model that won, `=tie` or `=none`. */
  readonly won: string;
  readonly judge: string;
  readonly only: string;
  readonly text: string;
}

export const noFilters: Filters = { category: '', pair: '', won: '', judge: '', only: '', text: '' };

const filterNames = Object.keys(noFilters) as (keyof Filters)[];

export function readAddress(): View {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const value = (name: string) => parameters.get(name) ?? '';
  const filters = Object.fromEntries(filterNames.map((name) => [name, value(name)])) as Record<keyof Filters, string>;
  return { q: value('q'), a: value('a'), b: value('b'), filters };
}

/** Replaces the address without a new entry in the history: going back leaves the report, as before. */
export function writeAddress({ q, a, b, filters }: View): void {
  const parameters = new URLSearchParams();
  const entries = Object.entries({ q, a, b, ...filters });
  for (const [name, value] of entries) if (value !== '') parameters.set(name, value);
  history.replaceState(null, '', `#${parameters}`);
}
