import type { CustomSeriesOption } from 'echarts/charts';
import type { Interval } from '../../statistics/index.js';
import { colours } from './style.js';

const capHeight = 5;

/** Each row's interval as a line with caps, and its value as a dot where there is no bar. */
export function whiskers(
  rows: readonly { readonly value: number; readonly interval?: Interval | undefined }[],
  shape: 'bars' | 'dots',
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    z: 3,
    data: rows.map(({ value }, index) => [value, index]),
    renderItem: ({ dataIndex }, api) => {
      const { value, interval } = rows[dataIndex]!;
      const at = (place: number) => api.coord([place, dataIndex]) as [number, number];
      const [x, y] = at(value);
      const dot = { type: 'circle', shape: { cx: x, cy: y, r: 5 }, style: { fill: colours.a } } as const;
      const dots = shape === 'dots' ? [dot] : [];
      if (interval === undefined) return { type: 'group', children: dots };
      const [low] = at(interval.low);
      const [high] = at(interval.high);
      const segments = [
        [low, y, high, y],
        [low, y - capHeight, low, y + capHeight],
        [high, y - capHeight, high, y + capHeight],
      ] as const;
      const lines = segments.map(([x1, y1, x2, y2]) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: colours.ink, lineWidth: 1.5, fill: 'none' },
      }));
      return { type: 'group', children: [...lines, ...dots] };
    },
  };
}
