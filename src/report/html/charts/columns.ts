import type { Chart } from './figure.js';
import { axisLabel, colours, gridLines, still, withoutLine } from './style.js';

export interface ColumnsLayout {
  /** From left to right, each with what stands below it. */
  readonly columns: readonly { readonly label: string; readonly value: number }[];
  readonly height: number;
  readonly format: (value: number) => string;
}

/** A column for each range of a distribution. */
export function columnsChart({ columns, height, format }: ColumnsLayout): Chart {
  return {
    height,
    option: {
      grid: { left: 42, right: 8, top: 8, bottom: 24 },
      xAxis: {
        type: 'category',
        data: columns.map(({ label }) => label),
        axisLabel: { ...axisLabel, hideOverlap: true },
        axisLine: { show: true, lineStyle: { color: colours.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        min: 0,
        minInterval: 1,
        splitNumber: 3,
        axisLabel: { ...axisLabel, formatter: format },
        splitLine: gridLines,
        ...withoutLine,
      },
      series: [
        {
          type: 'bar',
          ...still,
          data: columns.map(({ value }) => value),
          barCategoryGap: '12%',
          barMaxWidth: 40,
          itemStyle: { color: colours.a, borderRadius: [2, 2, 0, 0] },
        },
      ],
    },
  };
}
