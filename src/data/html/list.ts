import { isChrome } from './chrome.js';
import type { HtmlElement, HtmlNode } from './element.js';
import { wasTight } from './source-offsets.js';
import type { MarkdownWriter } from './writer.js';

/** The character that marks a list's items. Lists that follow each other differ in it, or they would be one. */
export type ListMarker = '-' | '*' | '.' | ')';

/** What the block before a list needs to know of it. */
export interface ListStyle {
  readonly marker: ListMarker;
  /** Whether its items stand without blank lines between them. */
  readonly tight: boolean;
  /** Whether it is read as a list right after a line of text (CommonMark 5.3: starts at 1, with something in it). */
  readonly mayInterrupt: boolean;
}

interface List extends ListStyle {
  readonly items: readonly ListItem[];
  write(writer: MarkdownWriter, writeItem: (nodes: readonly HtmlNode[]) => void): void;
}

interface ListItem {
  readonly nodes: readonly HtmlNode[];
  readonly number: number;
}

/** Lays out a list, with markers that set it apart from the list before it, if one is. */
export function listMarkdown(element: HtmlElement, previous: ListMarker | undefined): List {
  const isOrdered = element.name === 'ol';
  const marker = isOrdered ? (previous === '.' ? ')' : '.') : previous === '-' ? '*' : '-';
  const items = readItems(element);
  const holdsParagraph = (item: ListItem) => item.nodes.some((node) => typeof node === 'object' && node.name === 'p');
  const tight = wasTight(element) ?? !items.some(holdsParagraph);
  const first = items[0];
  return {
    items,
    marker,
    tight,
    mayInterrupt: first !== undefined && hasContent(first.nodes) && (!isOrdered || first.number === 1),
    write(writer, writeItem) {
      items.forEach(({ nodes, number }, index) => {
        if (index > 0) {
          if (tight) writer.join();
          else writer.separate();
        }
        const label = isOrdered ? `${number}${marker} ` : `${marker} `;
        writer.nest(label, ' '.repeat(label.length), () => {
          writeItem(nodes);
          writer.endStart(true);
        });
      });
    },
  };
}

/** Items in order. What stands between them (a list put straight into a list) belongs to the item before. */
function readItems(element: HtmlElement): readonly ListItem[] {
  const items: { nodes: HtmlNode[]; number: number }[] = [];
  let number = wholeNumber(element.attribute('start')) ?? 1;
  for (const child of element.children) {
    if (typeof child === 'object' && child.name === 'li') {
      number = wholeNumber(child.attribute('value')) ?? number;
      items.push({ nodes: [...child.children], number: number++ });
    } else if (typeof child === 'string' ? child.trim() !== '' : !isChrome(child)) {
      const last = items.at(-1);
      if (last === undefined) items.push({ nodes: [child], number: number++ });
      else last.nodes.push(child);
    }
  }
  return items;
}

/** Markdown numbers have up to nine digits and no sign. */
function wholeNumber(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : undefined;
}

const hasContent = (nodes: readonly HtmlNode[]): boolean =>
  nodes.some((node) => (typeof node === 'string' ? node : node.text).trim() !== '');
