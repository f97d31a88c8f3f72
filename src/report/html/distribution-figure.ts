import type { CountDistribution } from '../tally/histogram.js';
import { columnsChart, type Draw, figure } from './charts/index.js';
import type { Content, Markup } from './markup.js';
import { compact, count, percent } from './numbers.js';

export interface DistributionText {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What is counted, as the head of a table's column: `Conversations`. */
  readonly counted: string;
}

/** How numbers are spread, as one of several small figures: a column for each range between powers of two. */
export function distributionFigure(draw: Draw, text: DistributionText, distribution: CountDistribution): Markup {
  const { median, quantile90, quantile99, maximum, ranges } = distribution;
  const caption = `Half up to ${count(median)}, nine of ten up to ${count(quantile90)}, 99 of 100 up to ${count(quantile99)}; the largest ${count(maximum)}.`;
  return columnsFigure(draw, text, caption, distribution.count, ranges.map(columnOf));
}

/** Columns that say how many of a whole are in each of several ranges. */
export function columnsFigure(
  draw: Draw,
  { id, title, counted }: DistributionText,
  caption: Content,
  whole: number,
  columns: readonly Column[],
): Markup {
  return figure(draw, {
    id,
    size: 'small',
    title,
    description: columns.map((column) => `${column.range}: ${count(column.value)}.`).join(' '),
    caption,
    chart: () => columnsChart({ columns, height: 150, format: compact }),
    data: {
      columns: [
        { title, value: ({ range }) => range },
        { title: counted, value: ({ value }) => count(value), isNumber: true },
        { title: 'Share', value: ({ value }) => percent(value / whole), isNumber: true },
      ],
      rows: columns,
    },
  });
}

interface Column {
  /** Below the column. */
  readonly label: string;
  /** What it stands for, in words. */
  readonly range: string;
  readonly value: number;
}

function columnOf({ from, to, count: value }: CountDistribution['ranges'][number]): Column {
  return { label: powerOfTwo(to), range: from === to ? count(to) : `${count(from)} to ${count(to)}`, value };
}

/** As lengths of context are called: `512`, `4K`. */
const powerOfTwo = (value: number) => (value < 1024 ? String(value) : `${value / 1024}K`);
