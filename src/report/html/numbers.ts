/** A number as people read it: `12,345`, `0.123`. */
export function decimal(value: number, digits: number): string {
  if (!Number.isFinite(value)) return 'not a number';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export const count = (value: number): string => decimal(value, 0);

/** A share from 0 to 1 as `12.3%`. */
export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${decimal(100 * share, digits)}%` : '–';

/** With as many digits as tell it from its neighbours: `2.5e-5`, `0.0123`, `1.23`, `12,300`. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return 'not a number';
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(digits - 1).replace('e+', 'e');
  return value.toLocaleString('en', {
    maximumSignificantDigits: Math.max(digits, size >= 1 ? Math.ceil(Math.log10(size + 1)) : 0),
  });
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${decimal(seconds, seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 step`, `2 steps`. */
export const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${count(amount)} ${amount === 1 ? one : many}`;

/** Where there is little room: `288M`. */
export const compact = (value: number): string =>
  value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 });
