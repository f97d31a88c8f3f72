import { decodeHTML } from 'entities/decode';
import type { HtmlElement } from './element.js';

/** Whether an `a` leads anywhere that a reader of markdown would follow. */
export function isLinkable(link: HtmlElement): boolean {
  const destination = link.attribute('href')?.trim() ?? '';
  return destination !== '' && !/^(?:javascript|vbscript|data|blob):/i.test(destination);
}

/** A link: `<https://...>` where it shows its own address, `[label](address "title")` elsewhere. */
export function linkMarkdown(link: HtmlElement, label: string): string {
  const destination = (link.attribute('href') as string).trim();
  const title = titlePart(link.attribute('title'));
  if (title === '' && showsItself(link.text.trim(), destination)) return `<${link.text.trim()}>`;
  return `[${label}](${destinationPart(destination)}${title})`;
}

const absolute = /^[A-Za-z][A-Za-z\d+.-]{1,31}:[^\s<>\\]*$/;
const mail = /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)*$/;

const showsItself = (text: string, destination: string): boolean =>
  (text === destination && absolute.test(text) && !hasReference(text)) ||
  (`mailto:${text}` === destination && mail.test(text));

const hasReference = (text: string): boolean => /&[#\w]+;/.test(text) && decodeHTML(text) !== text;

/** An image: `![alt](address "title")`. One whose picture only the page held keeps its description. */
export function imageMarkdown(image: HtmlElement): string {
  const alt = (image.attribute('alt') ?? '').replace(/\s+/g, ' ').trim();
  const source = image.attribute('src')?.trim() ?? '';
  if (image.hasClass('emoji') || image.hasClass('twemoji')) return alt;
  if (source === '' || /^(?:data|blob|javascript):/i.test(source)) return alt.replace(/[\\`*_[\]<>]/g, '\\$&');
  return `![${alt.replace(/[\\[\]`*_<]/g, '\\$&')}](${destinationPart(source)}${titlePart(image.attribute('title'))})`;
}

const titlePart = (title: string | undefined): string =>
  title === undefined || title.trim() === ''
    ? ''
    : ` "${title
        .trim()
        .replace(/\s+/g, ' ')
        .replace(/["\\]|&(?=#?\w+;)/g, '\\$&')}"`;

/** A destination that reads back as itself: in angle brackets where blanks or lone parentheses need them. */
function destinationPart(destination: string): string {
  const escaped = destination.replace(/\\(?=[!-/:-@[-`{-~])|&(?=#?\w+;)/g, '\\$&').replace(/\n/g, '');
  if (/[\s\p{Cc}]/u.test(escaped) || escaped.startsWith('<') || !balanced(escaped))
    return `<${escaped.replace(/[<>]/g, '\\$&')}>`;
  return escaped;
}

function balanced(text: string): boolean {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '(') deepest = Math.max(deepest, ++depth);
    else if (character === ')' && --depth < 0) return false;
  }
  // Readers give up on parentheses nested deeper than 32.
  return depth === 0 && deepest <= 32;
}
