import type { BrowserIndex, ItemRow, Outcome, QuestionDetail } from '../browser/payload.js';
import type { Filters } from './address.js';

export const TIE = '=tie';
export const NONE = '=none';

/** What most judges say; as many on either side is a tie. */
export function consensus(item: ItemRow, judge: number | undefined): Outcome | undefined {
  const outcomes = item.verdicts.filter((verdict) => judge === undefined || verdict.judge === judge);
  const times = (outcome: Outcome) => outcomes.filter((verdict) => verdict.outcome === outcome).length;
  if (item.b === undefined) return times('unparsed') === outcomes.length ? 'unparsed' : undefined;
  if (times('unparsed') === outcomes.length) return 'unparsed';
  const lead = times('a') - times('b');
  return lead > 0 ? 'a' : lead < 0 ? 'b' : 'tie';
}

export function judgesDisagree({ verdicts }: ItemRow): boolean {
  return new Set(verdicts.flatMap(({ outcome }) => (outcome === 'unparsed' ? [] : [outcome]))).size > 1;
}

const has: Readonly<Record<string, (item: ItemRow) => boolean>> = {
  judges: judgesDisagree,
  orders: ({ ordersDisagree }) => ordersDisagree,
  injections: ({ hasInjections }) => hasInjections,
  unparsed: ({ verdicts }) => verdicts.some(({ outcome }) => outcome === 'unparsed'),
};

/** Whether an item is to be listed, as far as the index can tell: texts are looked at elsewhere. */
export function matcher(index: BrowserIndex, filters: Filters): (item: ItemRow) => boolean {
  const category = filters.category === '' ? undefined : index.categories.indexOf(filters.category);
  const judge = filters.judge === '' ? undefined : index.judges.indexOf(filters.judge);
  const { pair, won, only } = filters;
  return (item) => {
    if (category !== undefined && index.questions[item.question]!.category !== category) return false;
    if (judge !== undefined && !item.verdicts.some((verdict) => verdict.judge === judge)) return false;
    if (pair !== '' && pairName(index, item) !== pair) return false;
    if (won !== '' && winner(index, item, judge) !== won) return false;
    return only === '' || (has[only]?.(item) ?? false);
  };
}

export function pairName({ models }: BrowserIndex, { a, b }: ItemRow): string {
  return b === undefined ? models[a]! : `${models[a]} · ${models[b]}`;
}

function winner({ models }: BrowserIndex, item: ItemRow, judge: number | undefined): string | undefined {
  const outcome = consensus(item, judge);
  if (outcome === undefined) return undefined;
  if (outcome === 'unparsed') return NONE;
  return outcome === 'tie' ? TIE : models[outcome === 'a' ? item.a : item.b!];
}

/** Whether a text is in a question, in an answer or in what a judge said. */
export function textMatcher(text: string): (detail: QuestionDetail, item: ItemRow, place: number) => boolean {
  // The renderer's escapes, so that the texts need not be unescaped.
  const wanted = text
    .toLowerCase()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const isIn = (htmls: readonly string[]) => htmls.some((html) => plain(html).includes(wanted));
  return ({ turnsHtml, answers, judgments }, { a, b }, place) =>
    isIn(turnsHtml) ||
    answers.some(({ model, turnsHtml: turns }) => (model === a || model === b) && isIn(turns)) ||
    judgments.some(
      ({ item, replies }) => item === place && isIn(replies.map(({ explanationHtml }) => explanationHtml)),
    );
}

const plain = (html: string) => html.replace(/<[^>]*>/g, '').toLowerCase();
