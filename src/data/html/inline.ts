import { isChrome, withoutLeftovers } from './chrome.js';
import { codeSpan, isCodeBlock, readCodeBlock } from './code.js';
import type { HtmlElement, HtmlNode } from './element.js';
import { layMarks } from './emphasis.js';
import { escapePieces } from './escape.js';
import { type BreakStyle, collapseSpace, InlineTokens, type Mark, trimSpace } from './inline-tokens.js';
import { imageMarkdown, isLinkable, linkMarkdown } from './link.js';
import { isMath, mathMarkdown } from './math.js';
import { beforeCitation, isBlank, isDressedInline } from './shown.js';
import { superscript } from './superscript.js';

/** What holds for a whole message. */
export interface MessageContext {
  /** Whether one of its blocks may be a footer that counts its characters. */
  readonly hasCounts: boolean;
  /** Whether it marks formulas with dollars. */
  readonly hasMath: boolean;
  /** Whether its text may hold marks that are not text (see {@link withoutLeftovers}). */
  readonly hasLeftovers: boolean;
}

/** Where inline content stands. */
export interface InlineContext extends MessageContext {
  readonly breaks: BreakStyle;
  readonly startsBlocks: boolean;
}

/** Inline content as markdown, trimmed; empty where nothing of it is shown. */
export function inlineMarkdown(nodes: readonly HtmlNode[], context: InlineContext): string {
  const only = nodes.length === 1 ? nodes[0] : undefined;
  // Most paragraphs, items and cells are one text.
  if (typeof only === 'string') {
    const value = trimSpace(collapseSpace(shownText(only, context), context.breaks));
    return escapePieces([{ kind: 'text', value }], { ...context, inLink: false });
  }
  const tokens = new InlineTokens(context.breaks);
  addNodes(tokens, nodes, context);
  if (tokens.tokens.length === 0) return '';
  return escapePieces(layMarks(tokens.tokens), { ...context, inLink: false });
}

function addNodes(tokens: InlineTokens, nodes: readonly HtmlNode[], context: InlineContext): void {
  nodes.forEach((node, index) => {
    if (typeof node === 'object') addElement(tokens, node, context);
    else tokens.text(beforeCitation(shownText(node, context), nodes[index + 1]));
  });
}

const shownText = (text: string, { hasLeftovers }: MessageContext): string =>
  hasLeftovers ? withoutLeftovers(text) : text;

function addElement(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  if (isMath(element)) tokens.atom(inlineMath(element, context));
  else if (!isChrome(element)) (inlineWriters.get(element.name) ?? addOther)(tokens, element, context);
}

type InlineWriter = (tokens: InlineTokens, element: HtmlElement, context: InlineContext) => void;

const marked =
  (mark: Mark): InlineWriter =>
  (tokens, element, context) => {
    tokens.open(mark);
    addNodes(tokens, element.children, context);
    tokens.close(mark);
  };

const inlineWriters: ReadonlyMap<string, InlineWriter> = new Map<string, InlineWriter>([
  ...['strong', 'b'].map((name) => [name, marked('strong')] as const),
  ...['em', 'i'].map((name) => [name, marked('emphasis')] as const),
  ...['del', 's', 'strike'].map((name) => [name, marked('strike')] as const),
  ...['code', 'kbd', 'samp', 'tt'].map((name) => [name, addCode] as const),
  ...['sub', 'sup'].map((name) => [name, addShifted] as const),
  ['a', addLink],
  ['br', (tokens) => tokens.lineBreak()],
  ['img', (tokens, element) => tokens.atom(imageMarkdown(element))],
  ['input', addCheckbox],
  ['q', addQuoted],
]);

function addOther(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  if (isCodeBlock(element)) addCodeLines(tokens, element);
  else if (!element.isBlock || isDressedInline(element) || isBlank(element))
    addNodes(tokens, element.children, context);
  else {
    // A block where only a line fits (a list in a table cell): its edges become breaks.
    separate(tokens, context);
    addNodes(tokens, element.children, context);
    separate(tokens, context);
  }
}

function addShifted(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  const markdown = inlineMarkdown(element.children, { ...context, startsBlocks: false });
  tokens.atom(superscript(element.name as 'sub' | 'sup', markdown));
}

function addQuoted(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  tokens.text('“');
  addNodes(tokens, element.children, context);
  tokens.text('”');
}

/** The checkbox of a task list's item. */
function addCheckbox(tokens: InlineTokens, element: HtmlElement): void {
  if (element.attribute('type') !== 'checkbox') return;
  tokens.atom(element.hasAttribute('checked') ? '[x]' : '[ ]');
  tokens.space(' ');
}

function separate(tokens: InlineTokens, context: InlineContext): void {
  if (context.breaks === 'tag') tokens.lineBreak();
  else tokens.space(' ');
}

/** Formulas that span lines can do so only where lines can. */
function inlineMath(element: HtmlElement, { breaks }: InlineContext): string {
  const markdown = mathMarkdown(element);
  return breaks === 'line' ? markdown : markdown.replace(/\s*\n\s*/g, ' ');
}

function addCode(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  const only = element.children.length === 1 ? element.children[0] : undefined;
  const { text } = element;
  // A link inside code: markdown has it only the other way round.
  if (typeof only === 'object' && only.name === 'a' && isLinkable(only) && text !== '')
    tokens.atom(linkMarkdown(only, codeSpan(text)));
  else if (text !== '') tokens.code(text);
  else addNodes(tokens, element.children, context);
}

function addCodeLines(tokens: InlineTokens, element: HtmlElement): void {
  for (const line of (readCodeBlock(element)?.text ?? '').split('\n')) {
    if (line.trim() !== '') tokens.code(line);
    tokens.lineBreak();
  }
}

function addLink(tokens: InlineTokens, element: HtmlElement, context: InlineContext): void {
  if (!isLinkable(element)) {
    addNodes(tokens, element.children, context);
    return;
  }
  const inner = new InlineTokens('space');
  addNodes(inner, element.children, { ...context, breaks: 'space' });
  if (/^\s/.test(element.text)) tokens.space(' ');
  if (inner.tokens.length === 0) return;
  const pieces = layMarks(inner.tokens);
  const label = escapePieces(pieces, { startsBlocks: false, inLink: true, hasMath: context.hasMath });
  tokens.atom(linkMarkdown(element, label));
  if (inner.endsInSpace) tokens.space(' ');
}
