// Every colour is a custom property of the page, so that one drawing serves both themes.
export const colours = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  line: 'var(--line)',
  a: 'var(--a)',
  b: 'var(--b)',
  tie: 'var(--tie)',
  bad: 'var(--bad)',
} as const;

export const fontSize = 12;

/** Labels of an axis, as all charts have them. */
export const axisLabel = { color: colours.muted, fontSize, fontFamily: 'inherit' } as const;

export const gridLines = { show: true, lineStyle: { color: colours.grid, width: 1 } } as const;

export const withoutLine = { axisLine: { show: false }, axisTick: { show: false } } as const;

/** Nothing reacts: what is drawn is a picture. */
export const still = { silent: true, emphasis: { disabled: true } } as const;

/** Cuts a name in its middle, since ends tell versions apart. */
export function shortened(name: string, characters: number): string {
  const letters = [...name];
  if (letters.length <= characters) return name;
  const half = (characters - 1) / 2;
  return `${letters.slice(0, Math.ceil(half)).join('')}…${letters.slice(-Math.floor(half)).join('')}`;
}
