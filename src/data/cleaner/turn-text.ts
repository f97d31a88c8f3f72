import { decodeHTML } from 'entities/decode';
import { htmlToMarkdown, isRegenerateCounter, withoutLeftovers } from '../html/index.js';

/** Form of a record's replies; `undefined` where nobody has looked. */
export type ReplyFormat = 'html' | 'markdown' | undefined;

/** A reply as markdown. */
export function replyText(value: string, format: ReplyFormat): string {
  if (format === 'markdown' || !(format === 'html' ? value.includes('<') : isPageHtml(value)))
    return strip(withoutLeftovers(withoutCounter(value)));
  return strip(htmlToMarkdown(value));
}

/**
 * A prompt as it was typed. Saved pages hold it as plain text: its tags and ampersands are the author's own. Only the box
 * that the page shows it in goes, where a scraper kept it.
 */
export function promptText(value: string, format: ReplyFormat): string {
  const box = format === 'markdown' ? null : promptBox.exec(value);
  if (box !== null) return strip(box[1] === 'whitespace-pre-wrap' ? boxText(box[2] as string) : htmlToMarkdown(value));
  return strip(withoutLeftovers(withoutCounter(value)));
}

/**
 * What a browser would show of a prompt that was HTML. FastChat judges prompts by that, though it is not what they say: a
 * prompt of nothing but tags counts as empty.
 */
export function shownText(value: string): string {
  if (!/[<&]/.test(value)) return value;
  return strip(decodeHTML(value.replace(characterData, '$1').replace(tags, '')));
}

/** Python's `str.strip()`: what FastChat counts as blank at either end. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blank.test(text[start] as string)) start++;
  while (end > start && blank.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts the separators of ASCII as blank
const blank = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const characterData = /<!\[CDATA\[(.*?)\]\]>/gs;
const tags = /<(?!img\b|hr\b|!\[)[a-z/!][^<>]*>/gi;
const promptBox =
  /^\s*<div(?=\s)[^<>]*\sclass="[^"<>]*\b(whitespace-pre-wrap|markdown prose)\b[^"<>]*"[^<>]*>(.*)<\/div>\s*$/s;
const pageHtml = /^\s*(?:\d+ \/ \d+\s*)?<(?:div|p|ol|ul|pre|h[1-6]|table|blockquote|hr|section|article)(?=[\s/>])/i;

const isPageHtml = (value: string): boolean => pageHtml.test(value) && /<\/[a-z][a-z\d]*>\s*$/i.test(value.slice(-40));

const boxText = (html: string): string => decodeHTML(html.replace(/<br\s*\/?>/gi, '\n').replace(tags, ''));

/** Text without the `2 / 3` that a page shows in front of it and that its text then begins with: `2 / 3How do I`. */
function withoutCounter(text: string): string {
  const counter = /^\s*\d{1,4} \/ \d{1,4}(?=\S|\n|$)/.exec(text)?.[0];
  return counter !== undefined && isRegenerateCounter(counter) ? text.slice(counter.length) : text;
}
