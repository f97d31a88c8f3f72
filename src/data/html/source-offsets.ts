import type { HtmlElement, HtmlNode } from './element.js';

/**
 * Tells whether the items of a list stood on consecutive lines of the markdown that the page was made of.
 *
 * Pages since 2025 wrap every item in a paragraph, as if all lists were loose, but carry the offsets of each element in
 * its source (`data-start`, `data-end`): one line break between two items, and the prefix that the list stood under.
 *
 * @returns `undefined` where the page carries no offsets.
 */
export function wasTight(list: HtmlElement): boolean | undefined {
  const prefix = prefixLength(list);
  const items = elements(list.children).filter((child) => child.name === 'li');
  const parts = items.length > 1 ? [items] : items.map((item) => elements(item.children));
  if (prefix === undefined) return undefined;
  for (const siblings of parts) {
    const inner = siblings === items ? 0 : markerWidth(items[0] as HtmlElement);
    for (let index = 1; index < siblings.length; index++) {
      const end = offset(siblings[index - 1] as HtmlElement, 'data-end');
      const start = offset(siblings[index] as HtmlElement, 'data-start');
      if (end === undefined || start === undefined || inner === undefined) return undefined;
      if (start - end !== 1 + prefix + inner) return false;
    }
  }
  return items.every((item) => offset(item, 'data-start') !== undefined) ? true : undefined;
}

/** Length of what the list's lines begin with in the source: indentation under item markers, and quote marks. */
function prefixLength(list: HtmlElement): number | undefined {
  let length = 0;
  for (let holder = list.parent; holder !== undefined; holder = holder.parent) {
    const width = holder.name === 'blockquote' ? 2 : holder.name === 'li' ? markerWidth(holder) : 0;
    if (width === undefined) return undefined;
    length += width;
  }
  return length;
}

function markerWidth(item: HtmlElement): number | undefined {
  const start = offset(item, 'data-start');
  const content = elements(item.children).map((child) => offset(child, 'data-start'))[0];
  return start === undefined || content === undefined ? undefined : content - start;
}

function offset(element: HtmlElement, name: 'data-start' | 'data-end'): number | undefined {
  const value = element.attribute(name);
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

const elements = (nodes: readonly HtmlNode[]): readonly HtmlElement[] =>
  nodes.filter((node): node is HtmlElement => typeof node === 'object');
