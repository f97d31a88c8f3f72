const ascending = new Intl.Collator('en', { numeric: true }).compare;

/** Lets a reader order tables by a click on a column's title. */
export function startTables(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table[data-sortable]'))
    for (const button of table.querySelectorAll<HTMLButtonElement>('thead button'))
      button.addEventListener('click', () => sortBy(table, button.closest('th')!));
}

function sortBy(table: HTMLTableElement, header: HTMLTableCellElement): void {
  const body = table.tBodies[0]!;
  // Numbers are looked for from the top down: the largest first.
  const isNumber = header.classList.contains('number');
  const now = header.getAttribute('aria-sort');
  const next =
    now === null ? (isNumber ? 'descending' : 'ascending') : now === 'ascending' ? 'descending' : 'ascending';
  for (const other of table.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', next);
  const key = (row: HTMLTableRowElement) => row.cells[header.cellIndex]?.dataset.order ?? '';
  const rows = [...body.rows].sort((one, other) => ascending(key(one), key(other)));
  body.append(...(next === 'ascending' ? rows : rows.reverse()));
}
