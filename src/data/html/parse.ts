import { decodeText, HtmlElement } from './element.js';
import {
  blockElements,
  impliedEnds,
  paragraphEnders,
  rawTextElements,
  scopeElements,
  voidElements,
} from './elements.js';
import { findTagEnd } from './tag-end.js';

/** Elements nested deeper are put beside each other instead, as browsers do. */
const maximumDepth = 512;

/**
 * Parses a fragment of HTML into a tree.
 *
 * What a browser writes (`outerHTML`) gives the browser's own tree back, also where React nested what the HTML parser
 * would take apart (a `div` in a `p`, a button in a button). Hand-written HTML gets the implied end tags of the HTML
 * Standard; misnested formatting is closed with its block. Work is linear in the text and depth is bounded, whatever
 * the text. Drawings (`svg`) are left out.
 */
export function parseHtml(html: string): HtmlElement {
  const lines = html.includes('\r') ? html.replace(/\r\n?/g, '\n') : html;
  return new TreeBuilder(lines.includes('\0') ? lines.replaceAll('\0', '') : lines).build();
}

class TreeBuilder {
  readonly #html: string;
  readonly #stack: HtmlElement[] = [new HtmlElement('#root', '', undefined)];
  /** Start tags past the depth limit, whose end tags must close nothing. */
  readonly #flattened = new Map<string, number>();
  #closesDrawings = true;

  constructor(html: string) {
    this.#html = html;
  }

  build(): HtmlElement {
    const html = this.#html;
    let textFrom = 0;
    let at = 0;
    for (;;) {
      const open = html.indexOf('<', at);
      if (open === -1) break;
      const past = this.#markup(open, textFrom);
      if (past === open) {
        at = open + 1;
        continue;
      }
      textFrom = past;
      at = past;
    }
    this.#text(textFrom, html.length);
    return this.#stack[0] as HtmlElement;
  }

  get #top(): HtmlElement {
    return this.#stack[this.#stack.length - 1] as HtmlElement;
  }

  /** Reads the markup at a `<`, after adding the text before it. Returns where it ends; `at` itself if it is text. */
  #markup(at: number, textFrom: number): number {
    const html = this.#html;
    const next = html.charCodeAt(at + 1) | 0x20;
    if (next >= 0x61 && next <= 0x7a) {
      this.#text(textFrom, at);
      return this.#startTag(at);
    }
    const mark = html[at + 1];
    if (mark === '/') {
      const letter = html.charCodeAt(at + 2) | 0x20;
      this.#text(textFrom, at);
      const end = findTagEnd(html, at + 2);
      if (end === -1) return html.length;
      if (letter >= 0x61 && letter <= 0x7a) this.#endTag(tagName(html, at + 2));
      return end + 1;
    }
    if (mark !== '!' && mark !== '?') return at;
    this.#text(textFrom, at);
    const end = html.startsWith('<!--', at) ? endOf(html, '-->', at + 2) : endOf(html, '>', at);
    return end;
  }

  #text(from: number, to: number): void {
    if (from >= to) return;
    const top = this.#top;
    const first = top.children.length === 0;
    // The HTML Standard drops a line break right after this start tag.
    const start = first && top.name === 'pre' && this.#html[from] === '\n' ? from + 1 : from;
    const text = decodeText(this.#html.slice(start, to));
    if (text === '') return;
    const last = top.children.length - 1;
    if (!first && typeof top.children[last] === 'string') top.children[last] += text;
    else top.children.push(text);
  }

  #startTag(at: number): number {
    const html = this.#html;
    const name = tagName(html, at + 1);
    const nameEnd = at + 1 + name.length;
    const end = findTagEnd(html, nameEnd);
    if (end === -1) return html.length;
    if (name === 'svg') return this.#skipDrawing(at, end + 1);

    this.#closeImplied(name);
    const parent = this.#top;
    const element = new HtmlElement(name, html.slice(nameEnd, end), parent);
    parent.children.push(element);
    if (element.isBlock) markHolders(parent);
    if (voidElements.has(name)) return end + 1;
    if (rawTextElements.has(name)) return this.#rawText(element, end + 1);
    // Only MathML elements may close themselves; on HTML elements the slash means nothing.
    if (html[end - 1] === '/' && this.#stack.some((open) => open.name === 'math')) return end + 1;
    if (this.#stack.length > maximumDepth) this.#flattened.set(name, (this.#flattened.get(name) ?? 0) + 1);
    else this.#stack.push(element);
    return end + 1;
  }

  #rawText(element: HtmlElement, from: number): number {
    const html = this.#html;
    const pattern = new RegExp(`</${element.name}(?=[\\s/>])`, 'gi');
    pattern.lastIndex = from;
    const close = pattern.exec(html)?.index ?? html.length;
    if (close > from) element.children.push(html.slice(from, close));
    return endOf(html, '>', close);
  }

  #skipDrawing(at: number, from: number): number {
    if (!this.#closesDrawings) return from;
    const html = this.#html;
    if (html[from - 2] === '/') return from;
    let depth = 1;
    const pattern = /<(\/?)svg(?=[\s/>])/gi;
    pattern.lastIndex = at + 4;
    for (let tag = pattern.exec(html); tag !== null; tag = pattern.exec(html)) {
      depth += tag[1] === '/' ? -1 : 1;
      if (depth === 0) return endOf(html, '>', tag.index);
    }
    // Never closed: a broken page's drawing must not swallow the rest of the reply, here or at the next one.
    this.#closesDrawings = false;
    return from;
  }

  #closeImplied(name: string): void {
    const top = this.#top.name;
    if ((top === 'p' && paragraphEnders.has(name)) || (isHeading(top) && isHeading(name))) this.#stack.pop();
    const implied = impliedEnds.get(name);
    if (implied === undefined) return;
    let outermost: number | undefined;
    for (let depth = this.#stack.length - 1; depth > 0; depth--) {
      const open = (this.#stack[depth] as HtmlElement).name;
      if (implied.ends.has(open)) outermost = depth;
      else if (implied.within.has(open)) break;
    }
    if (outermost !== undefined) this.#pop(outermost);
  }

  #endTag(name: string): void {
    if (this.#top.name === name && this.#flattened.size === 0) {
      this.#stack.pop();
      return;
    }
    const flattened = this.#flattened.get(name) ?? 0;
    if (flattened > 0) {
      this.#flattened.set(name, flattened - 1);
      return;
    }
    const inline = !blockElements.has(name) && !scopeElements.has(name);
    const isScope = !isTablePart(name);
    for (let depth = this.#stack.length - 1; depth > 0; depth--) {
      const open = this.#stack[depth] as HtmlElement;
      if (open.name === name) {
        this.#pop(depth);
        return;
      }
      // Formatting does not close the block it was opened outside of, nor anything a cell it is outside of.
      if (inline ? open.isBlock : isScope && scopeElements.has(open.name)) return;
    }
  }

  #pop(depth: number): void {
    this.#stack.length = depth;
  }
}

function markHolders(innermost: HtmlElement): void {
  for (let holder: HtmlElement | undefined = innermost; holder !== undefined && !holder.holdsBlock; ) {
    holder.holdsBlock = true;
    holder = holder.parent;
  }
}

const isHeading = (name: string): boolean => name.length === 2 && /^h[1-6]$/.test(name);

const isTablePart = (name: string): boolean => /^(?:table|thead|tbody|tfoot|tr|t[dh]|caption)$/.test(name);

/** Position after the next occurrence of `what`, or the end of the text. */
function endOf(html: string, what: string, from: number): number {
  const found = html.indexOf(what, from);
  return found === -1 ? html.length : found + what.length;
}

function tagName(html: string, from: number): string {
  let to = from;
  for (let code = html.charCodeAt(to); code > 0x20 && code !== 0x2f && code !== 0x3e; ) code = html.charCodeAt(++to);
  return html.slice(from, to).toLowerCase();
}
