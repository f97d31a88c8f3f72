import { html, Markup } from '../markup.js';

export interface SvgText {
  /** Unique in the page. */
  readonly id: string;
  /** What a screen reader says. */
  readonly title: string;
  readonly description: string;
  /** For the width it is drawn for. */
  readonly className: 'wide' | 'narrow' | 'small';
}

/**
 * Makes ECharts' SVG fit for a page whose policy allows no inline style: font sizes become attributes, the family is the
 * page's, and what only a live chart needs (classes, hover rules, its own ids) goes. Texts in it are escaped by ECharts,
 * quotes included, so that a rule over attributes never meets one.
 */
export function inlineSvg(svg: string, { id, title, description, className }: SvgText): Markup {
  const body = svg
    .replace(/<style\b[^>]*>[\s\S]*?<\/style>/g, '')
    .replace(/^<svg\b[^>]*>/, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, style: string) => fontAttributes(style))
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/<rect [^>]*fill="none"><\/rect>\n?/, '')
    .replace(/\n+/g, '\n');
  const [, width, height] = /^<svg width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  return html`<svg class="${className}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-description"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${new Markup(body)}`;
}

function fontAttributes(style: string): string {
  const size = /font-size:(\d+)px/.exec(style)?.[1];
  const weight = /font-weight:(\w+)/.exec(style)?.[1];
  return `${size === undefined ? '' : ` font-size="${size}"`}${weight === undefined ? '' : ` font-weight="${weight}"`}`;
}
