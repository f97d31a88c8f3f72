import { decodeHTML, decodeHTMLAttribute } from 'entities/decode';
import { blockElements } from './elements.js';

/** An element of a parsed page, or a string of its text. */
export type HtmlNode = HtmlElement | string;

/**
 * An element of a parsed page. Attributes stay source text until one is asked for: most elements of a chat page are
 * highlighted tokens and icons that nobody asks.
 */
export class HtmlElement {
  readonly name: string;
  readonly parent: HtmlElement | undefined;
  /** Whether it stands on lines of its own. */
  readonly isBlock: boolean;
  readonly children: HtmlNode[] = [];
  /** Whether some element below stands on lines of its own. */
  holdsBlock = false;
  readonly #source: string;
  #attributes: ReadonlyMap<string, string> | undefined;
  #classes: string | undefined;

  constructor(name: string, attributeSource: string, parent: HtmlElement | undefined) {
    this.name = name;
    this.#source = attributeSource;
    this.parent = parent;
    this.isBlock = blockElements.has(name);
  }

  /** Whether a pattern occurs anywhere in the attributes: a question that costs less than reading them. */
  mentions(pattern: RegExp): boolean {
    return this.#source !== '' && pattern.test(this.#source);
  }

  attribute(name: string): string | undefined {
    // Most questions are answered by a name that is nowhere in the tag.
    if (this.#attributes === undefined && !this.#source.toLowerCase().includes(name)) return undefined;
    this.#attributes ??= readAttributes(this.#source);
    return this.#attributes.get(name);
  }

  hasAttribute(name: string): boolean {
    return this.attribute(name) !== undefined;
  }

  /** The `class` attribute with a space around every token; empty where there is none. */
  get classes(): string {
    this.#classes ??= spaced(this.attribute('class'));
    return this.#classes;
  }

  hasClass(token: string): boolean {
    return this.classes.includes(` ${token} `);
  }

  /** The first element below, in document order, that satisfies a condition. */
  find(condition: (element: HtmlElement) => boolean): HtmlElement | undefined {
    for (const child of this.children) {
      if (typeof child === 'string') continue;
      const found = condition(child) ? child : child.find(condition);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The elements below, in document order, that satisfy a condition; not searched further inside one that does. */
  findAll(condition: (element: HtmlElement) => boolean, found: HtmlElement[] = []): HtmlElement[] {
    for (const child of this.children) {
      if (typeof child === 'string') continue;
      if (condition(child)) found.push(child);
      else child.findAll(condition, found);
    }
    return found;
  }

  /** All text below, as the DOM's `textContent`. */
  get text(): string {
    let text = '';
    for (const child of this.children) text += typeof child === 'string' ? child : child.text;
    return text;
  }
}

const spaced = (tokens: string | undefined): string => (tokens === undefined ? '' : ` ${tokens.replace(/\s+/g, ' ')} `);

/** Text with its character references decoded. */
export function decodeText(source: string): string {
  return source.includes('&') ? decodeHTML(source) : source;
}

const attributePattern = /([^\s/=>][^\s/=>]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/g;

function readAttributes(source: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  attributePattern.lastIndex = 0;
  for (let match = attributePattern.exec(source); match !== null; match = attributePattern.exec(source)) {
    const name = (match[1] as string).toLowerCase();
    const value = match[2] ?? match[3] ?? match[4] ?? '';
    // The first of two attributes of a name counts.
    if (!attributes.has(name)) attributes.set(name, value.includes('&') ? decodeHTMLAttribute(value) : value);
  }
  return attributes;
}
