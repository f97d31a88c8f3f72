import { isChrome, isCitation } from './chrome.js';
import type { HtmlElement, HtmlNode } from './element.js';
import { isMath } from './math.js';

const showsWithoutText = new Set(['img', 'hr', 'input']);

/** Whether a node shows nothing: blanks, and what the page adds. */
export function isBlank(node: HtmlNode): boolean {
  if (typeof node === 'string') return node.trim() === '';
  if (isMath(node) || showsWithoutText.has(node.name)) return isChrome(node);
  return isChrome(node) || node.children.every(isBlank);
}

/** Whether a page lays a `div` into the line, as it does with pills and badges. */
export const isDressedInline = (element: HtmlElement): boolean =>
  element.name === 'div' && / inline(?:-flex|-block)? /.test(element.classes);

/** Whether some block inside shows something. Citation pills bring blocks into the middle of a sentence that do not. */
export function showsBlock(element: HtmlElement): boolean {
  return element.children.some((child) => {
    if (typeof child === 'string' || !(child.isBlock || child.holdsBlock) || isChrome(child)) return false;
    return child.isBlock && !isDressedInline(child) ? !isBlank(child) : showsBlock(child);
  });
}

/**
 * The text before a citation, set off from it by a blank: the page does that with a margin, or with a zero-width space.
 */
export function beforeCitation(text: string, next: HtmlNode | undefined): string {
  if (typeof next !== 'object' || isBlank(next)) return text;
  if (!isCitation(next) && next.find(isCitation) === undefined) return text;
  const bare = text.replace(/\u200b$/, '');
  return /\S$/.test(bare) ? `${bare} ` : bare;
}
