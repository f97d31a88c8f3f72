import { isCharacterCount, isChrome } from './chrome.js';
import { fence, isCodeBlock, readCodeBlock } from './code.js';
import type { HtmlElement, HtmlNode } from './element.js';
import { inlineMarkdown, type MessageContext } from './inline.js';
import { type ListMarker, type ListStyle, listMarkdown } from './list.js';
import { isMath } from './math.js';
import { isDressedInline, showsBlock } from './shown.js';
import { tableLines } from './table.js';
import type { MarkdownWriter } from './writer.js';

/** How the blocks of a list item or of the message follow each other. */
interface Flow {
  /** In a tight list, what can follow a paragraph without a blank line does. */
  readonly tight: boolean;
}

type Written = 'paragraph' | 'heading' | 'code' | 'other' | { readonly list: ListMarker };

/** Writes the content of an element block by block; inline content between blocks makes paragraphs. */
export function writeBlocks(
  nodes: readonly HtmlNode[],
  writer: MarkdownWriter,
  context: MessageContext,
  flow: Flow = { tight: false },
): void {
  new BlockSequence(writer, context, flow).writeAll(nodes);
}

class BlockSequence {
  readonly #writer: MarkdownWriter;
  readonly #context: MessageContext;
  readonly #flow: Flow;
  readonly #start: number;
  #last: Written | undefined;

  constructor(writer: MarkdownWriter, context: MessageContext, flow: Flow) {
    this.#writer = writer;
    this.#context = context;
    this.#flow = flow;
    this.#start = writer.length;
  }

  writeAll(nodes: readonly HtmlNode[]): void {
    let from = 0;
    nodes.forEach((node, index) => {
      if (typeof node === 'string' || !standsAlone(node)) return;
      if (index > from) this.#paragraph(nodes.slice(from, index));
      from = index + 1;
      this.#block(node);
    });
    if (from < nodes.length) this.#paragraph(from === 0 ? nodes : nodes.slice(from));
  }

  #paragraph(nodes: readonly HtmlNode[]): void {
    if (nodes.every((node) => typeof node === 'string' && node.trim() === '')) return;
    const markdown = inlineMarkdown(nodes, { breaks: 'line', startsBlocks: true, ...this.#context });
    if (markdown.trim() !== '') this.#write('paragraph', markdown.split('\n'));
  }

  #block(element: HtmlElement): void {
    if (isMath(element)) this.#paragraph([element]);
    else if (isCodeBlock(element)) this.#code(element);
    else if (!isChrome(element) && !(this.#context.hasCounts && isCharacterCount(element))) this.#prose(element);
  }

  #prose(element: HtmlElement): void {
    switch (element.name) {
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6':
        this.#heading(element);
        break;
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        this.#list(element);
        break;
      case 'blockquote':
        this.#quote(element);
        break;
      case 'hr':
        // Behind a list marker three hyphens would make the whole line a rule.
        this.#write('other', [this.#writer.isAtStart ? '___' : '---']);
        break;
      case 'table':
        this.#write('other', tableLines(element, this.#context));
        break;
      default:
        if (element.holdsBlock && (element.name !== 'p' || showsBlock(element))) this.writeAll(element.children);
        else this.#paragraph(element.children);
    }
  }

  #code(element: HtmlElement): void {
    const code = readCodeBlock(element);
    if (code !== undefined) this.#write('code', fence(code));
  }

  #heading(element: HtmlElement): void {
    const text = inlineMarkdown(element.children, { breaks: 'space', startsBlocks: false, ...this.#context });
    // Closing hashes are decoration to a reader.
    const closed = text.replace(/(^|\s)(#+)$/, '$1\\$2');
    if (text !== '') this.#write('heading', [`${'#'.repeat(Number(element.name[1]))} ${closed}`]);
  }

  #quote(element: HtmlElement): void {
    const writer = this.#writer;
    this.#separate('other');
    writer.nest('> ', '> ', () => {
      const start = writer.length;
      writeBlocks(element.children, writer, this.#context);
      if (writer.length === start) writer.endStart(false);
      else this.#last = 'other';
    });
  }

  #list(element: HtmlElement): void {
    const previous = typeof this.#last === 'object' ? this.#last.list : undefined;
    const list = listMarkdown(element, previous);
    if (list.items.length === 0) return;
    this.#separate({ list: list.marker }, list);
    const start = this.#writer.length;
    list.write(this.#writer, (item) => writeBlocks(item, this.#writer, this.#context, { tight: list.tight }));
    if (this.#writer.length > start) this.#last = { list: list.marker };
  }

  #write(kind: Written, lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#separate(kind);
    this.#writer.writeAll(lines);
    this.#last = kind;
  }

  #separate(next: Written, list?: ListStyle): void {
    if (this.#writer.length === this.#start) return;
    if (this.#flow.tight && this.#mayFollow(next, list)) this.#writer.join();
    else this.#writer.separate();
  }

  /** Whether a block may follow on the next line and still be read as what it is. */
  #mayFollow(next: Written, list: ListStyle | undefined): boolean {
    if (this.#last === 'code' || this.#last === 'heading') return next !== 'other';
    if (this.#last !== 'paragraph') return false;
    return next === 'code' || next === 'heading' || list?.mayInterrupt === true;
  }
}

/** Whether an element is a block, or an inline one that shows a block inside. */
function standsAlone(element: HtmlElement): boolean {
  if (isDisplayMath(element)) return true;
  if (element.isBlock) return !isDressedInline(element);
  return element.holdsBlock && showsBlock(element);
}

const isDisplayMath = (element: HtmlElement): boolean =>
  / (?:katex-display|math-display|MathJax_Display) /.test(element.classes);
