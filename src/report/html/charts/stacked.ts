import type { Chart } from './figure.js';
import { isNarrow, type Row, rowsChart } from './rows.js';
import { fontSize, still } from './style.js';

export interface StackedRow extends Row {
  /** A number for each part, in the parts' order. */
  readonly values: readonly number[];
}

export interface StackedPart {
  readonly colour: string;
  /** Of the number that stands on it. */
  readonly ink: string;
}

export interface StackedLayout {
  readonly rows: readonly StackedRow[];
  readonly parts: readonly StackedPart[];
  readonly width: number;
}

/** A bar for each row, all of one length, divided by the shares of its parts. Every part says its number. */
export function stackedChart({ rows, parts, width }: StackedLayout): Chart {
  const shares = rows.map(({ values }) => {
    const sum = values.reduce((total, value) => total + value, 0);
    return values.map((value) => (sum === 0 ? 0 : (100 * value) / sum));
  });
  // A number needs about 22 px of a bar.
  const smallest = isNarrow(width) ? 14 : 6;
  const series = parts.map(({ colour, ink }, part) => ({
    type: 'bar' as const,
    ...still,
    stack: 'parts',
    barWidth: 24,
    data: shares.map((row) => row[part]!),
    itemStyle: { color: colour, borderColor: 'var(--surface)', borderWidth: 1 },
    label: {
      show: true,
      color: ink,
      fontSize,
      fontFamily: 'inherit',
      formatter: ({ dataIndex }: { readonly dataIndex: number }) =>
        shares[dataIndex]![part]! < smallest ? '' : String(rows[dataIndex]!.values[part]),
    },
  }));
  return rowsChart({
    rows,
    width,
    from: 0,
    to: 100,
    step: isNarrow(width) ? 50 : 25,
    format: (share) => `${share}%`,
    series,
  });
}
