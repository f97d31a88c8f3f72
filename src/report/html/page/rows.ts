import type { BrowserIndex } from '../browser/payload.js';
import { element } from './elements.js';
import { consensus, judgesDisagree } from './matching.js';

/** Fills rows of the list: the question, who answered it, and how it ended. */
export function rowFiller(index: BrowserIndex): (row: HTMLElement, item: number) => void {
  return (row, place) => {
    const item = index.items[place]!;
    const { id, excerpt, category } = index.questions[item.question]!;
    const outcome = consensus(item, undefined);
    const name = index.models[item.a]!;
    const other = item.b === undefined ? undefined : index.models[item.b]!;
    const flags = [
      judgesDisagree(item) && 'judges disagree',
      item.ordersDisagree && 'orders disagree',
      item.hasInjections && 'injection',
    ].filter((flag) => flag !== false);
    row.append(
      element('span', { class: 'question' }, excerpt || `Question ${id}`),
      element(
        'span',
        { class: 'facts' },
        element('span', { class: 'pill' }, index.categories[category]!),
        outcomeMark(outcome, name, other, item.scores),
        flags.length > 0 && element('span', { class: 'flags' }, flags.join(', ')),
      ),
    );
  };
}

function outcomeMark(
  outcome: ReturnType<typeof consensus>,
  a: string,
  b: string | undefined,
  scores: readonly [number, number?] | undefined,
): HTMLElement {
  const shown = scores === undefined ? '' : ` ${scores.map((score) => score && round(score)).join(' : ')}`;
  if (outcome === 'a' || outcome === 'b')
    return element('span', { class: `mark ${outcome}` }, `${outcome === 'a' ? a : b}${shown}`);
  if (outcome === 'tie') return element('span', { class: 'mark tie' }, `tie${shown}`);
  return element('span', { class: 'mark' }, outcome === 'unparsed' ? 'no verdict' : `${a}${shown}`);
}

export const round = (score: number): string => String(Math.round(score * 100) / 100);
