import type { HtmlElement } from './element.js';
import { inlineMarkdown, type MessageContext } from './inline.js';

/** A table as GFM lines. Spanned cells stay empty beyond their first; a table without a header gets an empty one. */
export function tableLines(table: HtmlElement, context: MessageContext): readonly string[] {
  const rows = rowsOf(table);
  const columns = rows.reduce((most, row) => Math.max(most, row.cells.length), 0);
  if (columns === 0) return [];
  const hasHeader = rows[0]?.isHeader === true;
  const header = hasHeader ? rows[0] : undefined;
  const body = hasHeader ? rows.slice(1) : rows;
  const alignments = (header ?? body[0])?.cells.map((cell) => alignmentOf(cell)) ?? [];
  const line = (cells: readonly (HtmlElement | undefined)[]) => {
    const texts = Array.from({ length: columns }, (_, column) => cellMarkdown(cells[column], context));
    return `| ${texts.join(' | ')} |`;
  };
  const ruler = Array.from({ length: columns }, (_, column) => rulers[alignments[column] ?? 'none']);
  return [line(header?.cells ?? []), `| ${ruler.join(' | ')} |`, ...body.map((row) => line(row.cells))];
}

const rulers = { none: '---', left: ':--', center: ':-:', right: '--:' } as const;

interface Row {
  readonly cells: readonly (HtmlElement | undefined)[];
  readonly isHeader: boolean;
}

/** Columns past this are left out: no reply has them, and the cells that spans leave empty must not outweigh the page. */
const maximumColumns = 100;

function rowsOf(table: HtmlElement): readonly Row[] {
  const spans: number[] = [];
  return table
    .findAll((element) => element.name === 'tr' || element.name === 'table')
    .filter((element) => element.name === 'tr')
    .map((row) => {
      const own = row.children.filter(
        (child) => typeof child === 'object' && /^t[dh]$/.test(child.name),
      ) as HtmlElement[];
      const cells: (HtmlElement | undefined)[] = [];
      const skipSpanned = () => {
        for (let column = cells.length; (spans[column] ?? 0) > 0; column++) {
          spans[column] = (spans[column] as number) - 1;
          cells.push(undefined);
        }
      };
      for (const cell of own) {
        skipSpanned();
        if (cells.length >= maximumColumns) break;
        const width = Math.min(span(cell, 'colspan'), maximumColumns - cells.length);
        const height = span(cell, 'rowspan');
        for (let column = 0; column < width; column++) {
          spans[cells.length] = height - 1;
          cells.push(column === 0 ? cell : undefined);
        }
      }
      skipSpanned();
      const inHead = row.parent?.name === 'thead';
      return { cells, isHeader: inHead || (own.length > 0 && own.every((cell) => cell.name === 'th')) };
    })
    .filter((row) => row.cells.length > 0);
}

const span = (cell: HtmlElement, attribute: 'colspan' | 'rowspan'): number =>
  Math.max(1, Math.min(maximumColumns, Number.parseInt(cell.attribute(attribute) ?? '1', 10) || 1));

function alignmentOf(cell: HtmlElement | undefined): keyof typeof rulers {
  const style = /text-align:\s*(left|center|right)/i.exec(cell?.attribute('style') ?? '')?.[1];
  const alignment = (style ?? cell?.attribute('align') ?? 'none').toLowerCase();
  return alignment in rulers ? (alignment as keyof typeof rulers) : 'none';
}

/** A cell on one line. Every pipe gets its backslash, also in code: the table is cut into cells before all else. */
function cellMarkdown(cell: HtmlElement | undefined, context: MessageContext): string {
  if (cell === undefined) return '';
  const markdown = inlineMarkdown(cell.children, { breaks: 'tag', startsBlocks: false, ...context });
  return markdown.replaceAll('|', '\\|');
}
