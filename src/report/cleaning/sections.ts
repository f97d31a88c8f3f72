import type { DataLocation } from '../../core/index.js';
import { type CleanReport, rejectReasons } from '../../data/index.js';
import { panel, section } from '../html/card.js';
import type { Draw } from '../html/charts/index.js';
import { countsFigure } from '../html/counts-figure.js';
import { html, type Markup } from '../html/markup.js';
import { count } from '../html/numbers.js';

/** Why the cleaner left conversations out. */
export function reasonsSection(draw: Draw, { kept, read, rejected }: CleanReport): Markup {
  const reasons = rejectReasons.map((reason) => ({ label: inWords(reason), count: rejected[reason] }));
  const rows = [{ label: 'kept', count: kept }, ...reasons];
  const title = 'What became of them';
  return section(
    'reasons',
    'Kept and left out',
    'Reasons are tried in this order; the first that applies counts.',
    panel(countsFigure(draw, { id: 'reason-bars', title, counted: 'Conversations', rows, whole: read })),
  );
}

/** Something that was left out, to be looked at. */
export interface ShownReject {
  readonly id: string;
  readonly detail: string;
  readonly location?: DataLocation | undefined;
  /** Shown as text, whatever is in it. */
  readonly text?: string | undefined;
}

/** Examples of what was left out, for each reason that has some. */
export function examplesSection(
  groups: readonly { readonly reason: string; readonly examples: readonly ShownReject[]; readonly all: number }[],
): Markup {
  return section(
    'examples',
    'Examples of what was left out',
    'Look at them: a rule that takes too much shows here.',
    groups.map(
      ({ reason, examples, all }) =>
        html`<details class="panel" open><summary>${inWords(reason)}: ${count(examples.length)} of ${count(all)}</summary><ul class="examples">${examples.map(item)}</ul></details>`,
    ),
  );
}

function item({ id, detail, location, text }: ShownReject): Markup {
  const place = location && `${location.file}${location.line === undefined ? '' : `:${location.line}`}`;
  return html`<li><p><strong>${id}</strong>: ${detail}${place !== undefined && html` <span class="note">${place}</span>`}</p>${text !== undefined && html`<pre class="raw" tabindex="0">${text}</pre>`}</li>`;
}

const inWords = (reason: string): string => reason.replaceAll('-', ' ');
