import type { Chart } from './figure.js';
import type { ChartSeries } from './load.js';
import { axisLabel, colours, gridLines, shortened, withoutLine } from './style.js';

// Horizontal charts: a row for each thing that is compared, its name on the left, its number on the right.

export interface Row {
  readonly label: string;
  /** To the right of the row. */
  readonly note: string;
  /** The same where there is little room. */
  readonly shortNote: string;
}

export interface RowsLayout {
  readonly rows: readonly Row[];
  readonly width: number;
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** Between two numbers of the axis. @defaultValue a round number that leaves them room */
  readonly step?: number | undefined;
  readonly series: ChartSeries[];
}

const rowHeight = 38;

export const isNarrow = (width: number): boolean => width < 500;

/** Puts series over a row for each name, first row on top. */
export function rowsChart({ rows, width, from, to, format, step, series }: RowsLayout): Chart {
  const narrow = isNarrow(width);
  const labels = narrow ? 92 : 168;
  const category = { type: 'category', inverse: true, ...withoutLine } as const;
  return {
    height: rows.length * rowHeight + 30,
    option: {
      grid: { left: labels + 10, right: narrow ? 60 : 156, top: 2, bottom: 28 },
      xAxis: {
        type: 'value',
        min: from,
        max: to,
        splitNumber: narrow ? 3 : 5,
        ...(step !== undefined && { interval: step }),
        axisLabel: { ...axisLabel, formatter: format, hideOverlap: true },
        splitLine: gridLines,
        ...withoutLine,
      },
      yAxis: [
        {
          ...category,
          data: rows.map(({ label }) => shortened(label, narrow ? 36 : 56)),
          axisLabel: {
            ...axisLabel,
            color: colours.ink,
            fontSize: narrow ? 12 : 13,
            // A fifth less than there is: fonts differ, and ECharts only guesses how wide letters are.
            width: 0.8 * labels,
            overflow: 'breakAll',
            lineHeight: 15,
            interval: 0,
          },
        },
        {
          ...category,
          position: 'right',
          data: rows.map(({ note, shortNote }) => (narrow ? shortNote : note)),
          axisLabel: { ...axisLabel, color: colours.ink, interval: 0 },
        },
      ],
      series,
    },
  };
}
