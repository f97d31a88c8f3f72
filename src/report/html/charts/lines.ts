import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { Chart } from './figure.js';
import { isNarrow } from './rows.js';
import { axisLabel, colours, gridLines, withoutLine } from './style.js';

export type Point = readonly [x: number, y: number];
/** Smallest and largest of what stands at one place. */
export type BandPoint = readonly [x: number, low: number, high: number];

export interface Line {
  readonly points: readonly Point[];
  readonly colour: string;
  readonly thickness?: number | undefined;
  readonly dots?: boolean | undefined;
}

export interface LinesLayout {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly Line[];
  /** Drawn behind the lines. */
  readonly band?: { readonly points: readonly BandPoint[]; readonly colour: string } | undefined;
  /** Vertical lines with a word each. */
  readonly marks?: readonly { readonly x: number; readonly label: string; readonly colour: string }[] | undefined;
  /** Places on the horizontal axis that get a small triangle. */
  readonly ticks?: readonly number[] | undefined;
  readonly range: { readonly from: number; readonly to: number };
  /** Where the vertical axis begins; `data`: near the smallest value. */
  readonly base?: 'data' | 'zero' | 'logarithmic' | undefined;
  readonly formatY: (value: number) => string;
}

/** Curves over steps. */
export function linesChart(layout: LinesLayout): Chart {
  const { width, height, lines, band, marks = [], ticks = [], range, base = 'data', formatY } = layout;
  const narrow = isNarrow(width);
  const first: LineSeriesOption = {
    type: 'line',
    data: [],
    lineStyle: { color: colours.line },
    markLine: {
      silent: true,
      symbol: 'none',
      data: marks.map(({ x, label, colour }) => ({
        xAxis: x,
        lineStyle: { color: colour, type: 'dashed', width: 1.25 },
        label: markLabel(label, colour, (x - range.from) / (range.to - range.from)),
      })),
    },
  };
  return {
    height,
    option: {
      grid: { left: 46, right: 14, top: marks.length > 0 ? 22 : 10, bottom: 26 },
      xAxis: {
        type: 'value',
        min: range.from,
        max: range.to,
        splitNumber: narrow ? 3 : 8,
        minInterval: 1,
        axisLabel: { ...axisLabel, hideOverlap: true },
        splitLine: { show: false },
        axisLine: { show: true, lineStyle: { color: colours.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: base === 'logarithmic' ? 'log' : 'value',
        scale: base !== 'zero',
        splitNumber: height < 200 ? 3 : 5,
        axisLabel: { ...axisLabel, formatter: formatY },
        splitLine: gridLines,
        ...withoutLine,
      },
      series: [
        ...(band === undefined ? [] : [bandSeries(band.points, band.colour)]),
        first,
        ...lines.map(lineSeries),
        tickSeries(ticks),
      ],
    },
  };
}

type MarkLabel = NonNullable<NonNullable<LineSeriesOption['markLine']>['label']>;

/** Above its line, moved inwards where it would be cut off at an edge. */
function markLabel(text: string, colour: string, share: number): MarkLabel {
  const inwards = share > 0.9 ? -20 : share < 0.1 ? 20 : 0;
  return {
    formatter: text,
    color: colour,
    fontSize: 11,
    fontFamily: 'inherit',
    position: 'end',
    rotate: 0,
    offset: [inwards, 0],
  };
}

function lineSeries({ points, colour, thickness = 1.75, dots = false }: Line): LineSeriesOption {
  return {
    type: 'line',
    silent: true,
    data: points as [number, number][],
    showSymbol: dots,
    symbol: 'circle',
    symbolSize: 7,
    lineStyle: { color: colour, width: thickness, join: 'round' },
    itemStyle: { color: colour },
    z: 4,
  };
}

function bandSeries(points: readonly BandPoint[], colour: string): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: points as [number, number, number][],
    encode: { x: 0, y: [1, 2] },
    // One shape through all points, drawn with the first of them.
    renderItem: ({ dataIndex }, api) => {
      if (dataIndex > 0) return null;
      const above = points.map(([x, , high]) => api.coord([x, high]));
      const below = points.map(([x, low]) => api.coord([x, low])).reverse();
      return {
        type: 'polygon',
        shape: { points: [...above, ...below] },
        style: { fill: colour, stroke: colour, lineWidth: 0.75 },
      };
    },
  };
}

function tickSeries(ticks: readonly number[]): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    data: ticks.map((x) => [x]),
    encode: { x: 0, y: [] },
    renderItem: ({ coordSys }, api) => {
      const { y, height } = coordSys as unknown as { readonly y: number; readonly height: number };
      const bottom = y + height;
      const [x = 0] = api.coord([api.value(0), 0]);
      const points = [
        [x, bottom - 7],
        [x - 4, bottom],
        [x + 4, bottom],
      ];
      return { type: 'polygon', shape: { points }, style: { fill: colours.muted } };
    },
  };
}
