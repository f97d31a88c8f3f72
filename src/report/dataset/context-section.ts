import { legend, panel, section } from '../html/card.js';
import { barsChart, colours, type Draw, figure } from '../html/charts/index.js';
import { html, type Markup } from '../html/markup.js';
import { count, percent } from '../html/numbers.js';
import { dataTable } from '../html/table.js';
import type { ContextSummary, DatasetSummary } from './summary.js';

/** What the data becomes at several lengths of context, and how much of what is computed is data. */
export function contextSection(draw: Draw, { contexts, settings }: DatasetSummary): Markup {
  const lead = `Packed: whole segments laid end to end into micro-batches of that many tokens, within steps of ${count(settings.batchConversations)} segments. Padded: one segment a row, filled up to the full length.`;
  return section('contexts', 'Context length and packing', lead, [
    panel(fillFigure(draw, contexts, settings.maxTokens)),
    panel(contextTable(contexts, settings)),
  ]);
}

function fillFigure(draw: Draw, contexts: readonly ContextSummary[], chosen: number): Markup {
  const rows = contexts.flatMap(({ maxTokens, packedFill, paddedFill }) => [
    { ...rowOf(`${count(maxTokens)} packed`, packedFill), colour: colours.a },
    { ...rowOf(`${count(maxTokens)} padded`, paddedFill), colour: colours.b },
  ]);
  const at = contexts.find(({ maxTokens }) => maxTokens === chosen)!;
  return figure(draw, {
    id: 'fill',
    title: 'Share of the computed tokens that is data',
    description: rows.map(({ label, note }) => `${label}: ${note}.`).join(' '),
    caption: 'The rest is room left over, which packing does not compute and padding does.',
    legend: legend([
      { swatch: 'a', text: 'packed' },
      { swatch: 'b', text: 'padded' },
    ]),
    aside:
      at.paddedFill > 0 &&
      html`<p>At ${count(chosen)} tokens, padding would compute ${(at.segments / at.microBatches).toFixed(2)} times as many rows as packing: ${count(at.segments)} instead of ${count(at.microBatches)} an epoch.</p>`,
    chart: (width) =>
      barsChart({
        width,
        shape: 'bars',
        from: 0,
        to: 1,
        format: (share) => percent(share, 0),
        rows,
      }),
  });
}

function rowOf(label: string, share: number): { label: string; value: number; note: string; shortNote: string } {
  return { label, value: share, note: percent(share), shortNote: percent(share, 0) };
}

function contextTable(contexts: readonly ContextSummary[], settings: DatasetSummary['settings']): Markup {
  const isDivided = settings.longRound === 'split';
  return html`<h3>What becomes of the data at each length of context</h3>${dataTable<ContextSummary>({
    caption: 'For one epoch.',
    columns: [
      { title: 'Context', value: ({ maxTokens }) => count(maxTokens) },
      { title: 'Segments', value: ({ segments }) => count(segments), isNumber: true },
      { title: 'Tokens', value: ({ tokens }) => count(tokens), isNumber: true },
      { title: 'Replies cut short', value: ({ truncatedReplies }) => count(truncatedReplies), isNumber: true },
      ...(isDivided
        ? [{ title: 'Replies divided', value: (row: ContextSummary) => count(row.splitReplies), isNumber: true }]
        : []),
      { title: 'Rounds left out', value: ({ droppedRounds }) => count(droppedRounds), isNumber: true },
      { title: 'Packed', value: ({ packedFill }) => percent(packedFill), isNumber: true },
      { title: 'Padded', value: ({ paddedFill }) => percent(paddedFill), isNumber: true },
      { title: 'Micro-batches', value: ({ microBatches }) => count(microBatches), isNumber: true },
      { title: 'Steps', value: ({ steps }) => count(steps), isNumber: true },
    ],
    rows: contexts,
  })}`;
}
