import type { Estimate, PairSummary } from '../../evaluation/index.js';
import type { Content } from '../markup.js';
import { decimal, percent, significant } from '../numbers.js';

// How the numbers of a summary are written.

/** `92.1% [89.9, 94.3]` */
export function share(estimate: Estimate | undefined, digits = 1): string {
  return written(estimate, (value) => percent(value, digits));
}

export const points = (estimate: Estimate | undefined): string => written(estimate, (value) => decimal(value, 2));

export function written(estimate: Estimate | undefined, format: (value: number) => string): string {
  if (estimate === undefined) return '–';
  const { value, interval } = estimate;
  return interval === undefined ? format(value) : `${format(value)} ${range(interval, format)}`;
}

export function range(
  { low, high }: { readonly low: number; readonly high: number },
  format: (value: number) => string,
): string {
  return `[${format(low).replace(/%$/, '')}, ${format(high).replace(/%$/, '')}]`;
}

export function pValue(p: number | undefined): string {
  if (p === undefined) return '–';
  return p < 0.001 ? 'p < 0.001' : `p = ${significant(p, 2)}`;
}

export const pairName = ({ models }: PairSummary): string => `${models.a} against ${models.b}`;

/** Its judges, where there is more than one way to tell a pair. */
export const judgesOf = ({ judges, mode }: PairSummary): Content =>
  `${judges.length > 1 ? `jury of ${judges.length}` : judges[0]!}, ${mode}`;
