import { type Content, html, type Markup } from './markup.js';

export interface TableColumn<Row> {
  readonly title: string;
  readonly value: (row: Row) => Content;
  /** Aligned to the right. */
  readonly isNumber?: boolean | undefined;
  /** What a sortable table orders by. @defaultValue the text that is shown */
  readonly order?: ((row: Row) => string | number) | undefined;
}

export interface DataTable<Row> {
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  /** A reader may order it by each column that has an order. */
  readonly isSortable?: boolean | undefined;
}

/** A table whose first column names its rows; one that is too wide for the screen scrolls by itself. */
export function dataTable<Row>({ caption, columns, rows, isSortable = false }: DataTable<Row>): Markup {
  const head = columns.map(
    ({ title, isNumber, order }) =>
      html`<th scope="col"${numeric(isNumber)}>${isSortable && order ? html`<button type="button">${title}</button>` : title}</th>`,
  );
  const body = rows.map(
    (row) =>
      html`<tr>${columns.map(({ value, isNumber, order }, index) => {
        const sortKey = isSortable && order ? html` data-order="${order(row)}"` : '';
        return index === 0
          ? html`<th scope="row"${sortKey}>${value(row)}</th>`
          : html`<td${numeric(isNumber)}${sortKey}>${value(row)}</td>`;
      })}</tr>`,
  );
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table${isSortable && html` data-sortable`}><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const numeric = (isNumber: boolean | undefined) => isNumber && html` class="number"`;
