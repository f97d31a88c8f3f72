import { barsChart, type Draw, figure } from './charts/index.js';
import type { Content, Markup } from './markup.js';
import { compact, count, percent } from './numbers.js';

export interface Counts {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly caption?: Content;
  /** What is counted, as the head of a table's column: `Conversations`. */
  readonly counted: string;
  readonly rows: readonly { readonly label: string; readonly count: number }[];
  /** What shares are of. */
  readonly whole: number;
}

/** A bar for each of several counts, with its share of a whole. */
export function countsFigure(draw: Draw, { id, title, caption = '', counted, rows, whole }: Counts): Markup {
  return figure(draw, {
    id,
    title,
    description: rows.map(({ label, count: number }) => `${label}: ${count(number)}.`).join(' '),
    caption,
    chart: (width) =>
      barsChart({
        width,
        shape: 'bars',
        from: 0,
        to: Math.max(1, ...rows.map((row) => row.count)),
        format: compact,
        rows: rows.map(({ label, count: number }) => ({
          label,
          value: number,
          note: `${count(number)} (${percent(number / whole)})`,
          shortNote: compact(number),
        })),
      }),
    data: {
      columns: [
        { title, value: ({ label }) => label },
        { title: counted, value: (row) => count(row.count), isNumber: true },
        { title: 'Share', value: (row) => percent(row.count / whole), isNumber: true },
      ],
      rows,
    },
  });
}
