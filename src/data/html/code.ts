import { isChrome } from './chrome.js';
import { languageOfClass, languageOfLabel } from './code-language.js';
import type { HtmlElement, HtmlNode } from './element.js';

/** A block of code as the page shows it. */
export interface CodeBlock {
  /** Language for the fence; empty where the page names none. */
  readonly language: string;
  readonly text: string;
}

/** Whether an element shows a block of code: `pre`, or an editor in read-only dress. */
export function isCodeBlock(element: HtmlElement): boolean {
  return element.name === 'pre' || element.hasClass('cm-content') || element.hasClass('cm-editor');
}

/**
 * Reads a block of code, without the page's header (language, copy button) and line numbers.
 *
 * @returns `undefined` for an empty block.
 */
export function readCodeBlock(element: HtmlElement): CodeBlock | undefined {
  const bodies = codeBodies(element);
  const text = bodies.length > 0 ? bodies.map(codeText).join('\n') : textBesideChrome(element);
  if (text.trim() === '') return undefined;
  return { language: languageOf(element, bodies), text };
}

/** Every generation of the page shows code once, in a `code`; editors that were caught live show lines. */
function codeBodies(element: HtmlElement): readonly HtmlElement[] {
  const codes = element.findAll((inner) => inner.name === 'code');
  if (codes.length > 0) return codes;
  if (element.hasClass('cm-content')) return [element];
  const editors = element.findAll((inner) => inner.hasClass('cm-content') || inner.name === 'pre');
  return editors.length > 0 ? editors : [];
}

function codeText(body: HtmlElement): string {
  const lines = body.children.filter((child): child is HtmlElement => isElement(child) && child.hasClass('cm-line'));
  if (lines.length > 0) return lines.map((line) => line.text).join('\n');
  return textWithBreaks(body);
}

const lineNumbers = / (?:[\w-]*line-?numbers?[\w-]*|hljs-ln-n) /i;

function textWithBreaks(element: HtmlElement): string {
  let text = '';
  for (const child of element.children) {
    if (typeof child === 'string') text += child;
    else if (child.name === 'br') text += '\n';
    else if (child.name !== 'button' && !(child.classes !== '' && lineNumbers.test(child.classes)))
      text += textWithBreaks(child);
  }
  return text;
}

/** The text of a `pre` that has no `code`, without the bar that holds its buttons. */
function textBesideChrome(element: HtmlElement): string {
  let text = '';
  for (const child of element.children) {
    if (typeof child === 'string') text += child;
    else if (child.name === 'br') text += '\n';
    else if (!isChrome(child) && child.find((inner) => inner.name === 'button') === undefined)
      text += textBesideChrome(child);
  }
  return text;
}

function languageOf(element: HtmlElement, bodies: readonly HtmlElement[]): string {
  for (const body of bodies) {
    for (let holder: HtmlElement | undefined = body; holder !== undefined; holder = holder.parent) {
      const language = languageOfClass(holder) ?? holder.attribute('data-language') ?? holder.attribute('data-lang');
      if (language !== undefined && language !== '') return fenceWord(language);
      if (holder === element) break;
    }
  }
  if (bodies.length === 0) return fenceWord(languageOfClass(element) ?? '');
  for (const label of headerLabels(element, new Set(bodies))) {
    const language = languageOfLabel(label);
    if (language !== undefined) return fenceWord(language);
  }
  return '';
}

/** Texts of the header above the code, in order, buttons left out. */
function headerLabels(element: HtmlElement, bodies: ReadonlySet<HtmlElement>): readonly string[] {
  const labels: string[] = [];
  const collect = (node: HtmlNode): void => {
    if (typeof node === 'string') {
      if (node.trim() !== '') labels.push(node.trim());
    } else if (!bodies.has(node) && !isChrome(node)) node.children.forEach(collect);
  };
  element.children.forEach(collect);
  return labels;
}

/** A fence's info string can hold neither blanks nor backticks. */
const fenceWord = (language: string): string => language.replace(/[\s`]+/g, '-').replace(/^-|-$/g, '');

const isElement = (node: HtmlNode): node is HtmlElement => typeof node !== 'string';

/** A fenced block, its fence longer than any run of backticks inside. */
export function fence({ language, text }: CodeBlock): readonly string[] {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const marks = '`'.repeat(longest + 1);
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return [marks + language, ...body.split('\n'), marks];
}

/** Inline code, its backticks chosen so that the code's own stay code. Line breaks become spaces, as markdown does. */
export function codeSpan(code: string): string {
  const text = code.replaceAll('\n', ' ');
  const runs = new Set((text.match(/`+/g) ?? []).map((run) => run.length));
  let ticks = 1;
  while (runs.has(ticks)) ticks++;
  const padded = /^`|`$|^ .*[^ ].* $/.test(text) ? ` ${text} ` : text;
  return '`'.repeat(ticks) + padded + '`'.repeat(ticks);
}
