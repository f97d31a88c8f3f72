import { type Content, html, type Markup } from '../markup.js';
import { dataTable, type TableColumn } from '../table.js';
import { inlineSvg } from './inline-svg.js';
import type { ChartOption, Draw } from './load.js';

/**
 * Widths that charts are drawn for, in CSS pixels: a page, a phone, and one of three beside each other. Scaling one to the
 * other would spoil its text.
 */
const drawingWidths = { wide: 720, narrow: 326, small: 300 } as const;

/** A chart, before it is drawn. */
export interface Chart {
  /** Of the whole drawing, in CSS pixels. */
  readonly height: number;
  readonly option: ChartOption;
}

export interface Figure<Row> {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen, in words: for whoever cannot see it. */
  readonly description: string;
  /** `small`: one drawing for every screen, three of which stand beside each other. @defaultValue `'full'` */
  readonly size?: 'full' | 'small' | undefined;
  /** Below the title: what is drawn, and how to read it. */
  readonly caption: Content;
  readonly legend?: Markup | undefined;
  /** Beside the drawing. */
  readonly aside?: Content;
  readonly chart: (width: number) => Chart;
  /** The figures that are drawn, as a table that can be unfolded; absent where a table stands beside them anyway. */
  readonly data?: { readonly columns: readonly TableColumn<Row>[]; readonly rows: readonly Row[] };
}

/** A figure: a chart twice, for a page and for a phone, what it says in words, and its numbers as a table. */
export function figure<Row>(draw: Draw, figure: Figure<Row>): Markup {
  const { id, size = 'full', title, description, caption, legend, aside, data } = figure;
  const drawings = (size === 'full' ? (['wide', 'narrow'] as const) : (['small'] as const)).map((className) => {
    const width = drawingWidths[className];
    const { option, height } = figure.chart(width);
    const svg = draw(option, { width, height });
    return inlineSvg(svg, { id: `${id}-${className}`, title, description, className });
  });
  return html`<figure class="figure ${size}" id="${id}">
<figcaption><h3>${title}</h3><p>${caption}</p></figcaption>
<div class="drawing">${legend}${drawings}</div>
${aside !== undefined && html`<div class="aside">${aside}</div>`}
${data && html`<details class="data"><summary>Show the numbers<span class="hidden-text"> of “${title}”</span></summary>${dataTable({ caption: title, ...data })}</details>`}
</figure>
`;
}
