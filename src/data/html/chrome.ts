import type { HtmlElement, HtmlNode } from './element.js';
import { invisibleElements } from './elements.js';
import { isLinkable } from './link.js';

/**
 * What a chat page puts around and into a reply that is not the reply: buttons, icons, counters, citations that lead
 * nowhere, headings for screen readers. All rules look at how the page is built, never at words of one interface language; the
 * two labels that exist in English only (those of the ShareGPT era's extensions) are marked.
 */
export function isChrome(element: HtmlElement): boolean {
  if (invisibleElements.has(element.name)) return true;
  if (!element.mentions(chromeAttributes)) return false;
  const { classes } = element;
  if (classes !== '' && chromeClasses.test(classes)) return true;
  if (element.attribute('aria-hidden') === 'true' || element.hasAttribute('hidden')) return true;
  if (element.attribute('role') === 'button' || isMoreSources(element)) return true;
  if (isCitation(element) && element.find(leads) === undefined && !leads(element)) return true;
  return /display:\s*none/i.test(element.attribute('style') ?? '');
}

/** Whether an element only says where a sentence comes from: search results are cited with a rounded pill. */
export function isCitation(element: HtmlElement): boolean {
  if (element.attribute('data-testid')?.includes('citation') === true) return true;
  return element.name === 'a' && / rounded/.test(element.classes);
}

const leads = (element: HtmlElement): boolean => element.name === 'a' && isLinkable(element);

/** The `+2` in a pill: how many sources the page shows besides, when it is pointed at. */
const isMoreSources = (element: HtmlElement): boolean =>
  element.name === 'span' && / rounded/.test(element.classes) && /^\+\d+$/.test(element.text.trim());

const chromeAttributes = /class|hidden|role|testid|style/i;
const chromeClasses = / (?:sr-only|loading-shimmer|result-thinking|katex-html|MathJax_Preview) /;

/**
 * The parts of a message that are the reply. Where the page marks them (`markdown prose`), everything outside them is
 * the page's: `2 / 3` counters, "Thought for 8 seconds", "Finished working", and their like in any language.
 */
export function replyRoots(page: HtmlElement): readonly HtmlElement[] {
  const marked = page.findAll((element) => element.hasClass('markdown') && element.hasClass('prose'));
  return marked.length > 0 ? marked : [page];
}

/** `2 / 3`, the counter of regenerated replies: which of how many. */
export function isRegenerateCounter(text: string): boolean {
  const match = /^\s*(\d{1,4}) \/ (\d{1,4})\s*$/.exec(text);
  return match !== null && Number(match[1]) >= 1 && Number(match[1]) <= Number(match[2]) && Number(match[2]) >= 2;
}

/** The footer a 2023 extension added to replies (English only): a copy button, then `522 chars / 100 words`. */
export function isCharacterCount(element: HtmlElement): boolean {
  const text = shownLabel(element, 60)?.trim();
  if (text === undefined || !text.includes(' / ')) return false;
  if (/^(?:Copy\s*)?\d+ chars \/ \d+ words$/.test(text)) return true;
  // The same in another language is told from `5 km / 2 h` by its button.
  return /^\d+\s?\p{L}+ \/ \d+\s?\p{L}+$/u.test(text) && element.find(({ name }) => name === 'button') !== undefined;
}

/** The text a node shows, or `undefined` if it is longer than a label. */
export function shownLabel(node: HtmlNode, limit: number): string | undefined {
  if (typeof node === 'string') return node.length > limit ? undefined : node;
  if (isChrome(node)) return '';
  let text = '';
  for (const child of node.children) {
    const part = shownLabel(child, limit - text.length);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

const characterCount = /\s*Copy\d+ chars \/ \d+ words/g;
const citationMarks = /\uE200[^\uE200\uE201]*\uE201|:contentReference\[oaicite:\d+\]\{index=\d+\}|【\d+†[^【】\n]*】/g;

/** Whether there may be something for {@link withoutLeftovers} to take out. */
export const mayHoldLeftovers = (text: string): boolean =>
  (text.includes('/ ') && text.includes('chars / ')) ||
  text.includes('\uE200') ||
  text.includes('oaicite') ||
  text.includes('†');

/**
 * Text without what is no part of it: the character count where a page's text was taken without its markup
 * (`...the end.Copy522 chars / 100 words`), and the marks that stand for citations in a model's raw text.
 */
export function withoutLeftovers(text: string): string {
  return text.replace(characterCount, '').replace(citationMarks, '');
}
