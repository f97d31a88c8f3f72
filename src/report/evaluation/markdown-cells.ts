// Figures are written the same everywhere: a point for decimals, a true minus sign.

/** A table of GitHub's Markdown without the columns that are empty in every row. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heads.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells: readonly string[]) => `| ${cells.filter((_, column) => used[column]).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Names come from files and endpoints: nothing in them may become markup, a mention or a new cell. */
export function escapeCell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_[\]|~#!@]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

export const number = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');

/** A share from 0 to 1. */
export const percent = (share: number, digits: number): string => `${number(100 * share, digits)} %`;

/** Sums of scores: whole numbers, or halves where judges gave halves. */
export const points = (value: number): string => number(value, Number.isInteger(value) ? 0 : 1);

/** Scores and kappas. */
export const decimal = (value: number): string => number(value, 2);

export const pValue = (p: number): string => (p < 0.001 ? '< 0.001' : number(p, 3));
