import type { MarkLineComponentOption } from 'echarts/components';
import type { Interval } from '../../statistics/index.js';
import type { Chart } from './figure.js';
import type { ChartSeries } from './load.js';
import { type Row, rowsChart } from './rows.js';
import { colours, still } from './style.js';
import { whiskers } from './whiskers.js';

export interface BarRow extends Row {
  readonly value: number;
  /** @defaultValue that of a */
  readonly colour?: string | undefined;
  readonly interval?: Interval | undefined;
}

export interface BarsLayout {
  readonly rows: readonly BarRow[];
  readonly width: number;
  readonly from: number;
  readonly to: number;
  readonly format: (value: number) => string;
  /** `dots` for numbers whose zero means nothing. */
  readonly shape: 'bars' | 'dots';
  /** Where a line marks what there is to compare with: 100 %, one half. */
  readonly reference?: number | undefined;
}

/** A bar or dot for each row, with its interval. */
export function barsChart({ shape, reference, ...layout }: BarsLayout): Chart {
  const { rows } = layout;
  const mark = reference === undefined ? {} : { markLine: referenceLine(reference) };
  const series: ChartSeries[] = [
    {
      type: 'bar',
      ...still,
      data: rows.map(({ value, colour }) => (colour === undefined ? value : { value, itemStyle: { color: colour } })),
      barWidth: 18,
      itemStyle: { color: shape === 'bars' ? colours.a : 'none', borderRadius: [0, 3, 3, 0] },
      ...mark,
    },
    whiskers(rows, shape),
  ];
  return rowsChart({ ...layout, series });
}

function referenceLine(value: number): MarkLineComponentOption {
  return {
    silent: true,
    symbol: 'none',
    label: { show: false },
    lineStyle: { color: colours.muted, type: 'dashed', width: 1.5 },
    data: [{ xAxis: value }],
  };
}
