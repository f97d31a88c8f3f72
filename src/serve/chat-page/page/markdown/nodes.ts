import { element } from '../element.js';
import { codeBlock } from './code-block.js';
import { safeAddress, type Token } from './parse.js';

/** Elements that markdown makes; a heading goes below those of the page. */
const tags: Readonly<Record<string, keyof HTMLElementTagNameMap>> = {
  p: 'p',
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: 'h6',
  h5: 'h6',
  h6: 'h6',
  ul: 'ul',
  ol: 'ol',
  li: 'li',
  blockquote: 'blockquote',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
  th: 'th',
  td: 'td',
  em: 'em',
  strong: 'strong',
  s: 's',
};

/**
 * Tokens as elements. No string is ever read as HTML: what a text may become is listed here, and everything else in it is
 * text.
 */
export function nodesOf(tokens: readonly Token[]): DocumentFragment {
  const root = document.createDocumentFragment();
  const open: ParentNode[] = [root];
  for (const token of tokens) {
    const parent = open.at(-1)!;
    if (token.nesting === -1) {
      if (!token.hidden) open.pop();
    } else if (token.nesting === 1) {
      if (token.hidden) continue;
      const made = opened(token);
      parent.append(token.tag === 'table' ? scrollable(made) : made);
      open.push(made);
    } else parent.append(leaf(token));
  }
  return root;
}

function opened(token: Token): HTMLElement {
  if (token.tag === 'a') return link(token);
  const made = element(tags[token.tag] ?? 'span');
  const start = attribute(token, 'start');
  if (start !== undefined) made.setAttribute('start', start);
  const alignment = /text-align:(left|center|right)/.exec(attribute(token, 'style') ?? '')?.[1];
  if (alignment !== undefined) made.className = `align-${alignment}`;
  return made;
}

function leaf(token: Token): Node {
  switch (token.type) {
    case 'inline':
      return nodesOf(token.children ?? []);
    case 'code_inline':
      return element('code', {}, token.content);
    case 'fence':
    case 'code_block':
      return codeBlock(token.content, token.info);
    case 'hr':
      return element('hr');
    case 'hardbreak':
    case 'softbreak':
      return element('br');
    case 'image':
      return picture(token);
    default:
      return document.createTextNode(token.content);
  }
}

function link(token: Token): HTMLElement {
  const href = safeAddress(attribute(token, 'href') ?? '');
  if (href === undefined) return element('span');
  return element('a', { href, rel: 'noopener noreferrer', target: '_blank', title: href });
}

/** Pictures are not loaded, since that would tell another server what is read here: a link leads to them. */
function picture(token: Token): HTMLElement {
  const href = safeAddress(attribute(token, 'src') ?? '');
  const words = `Picture: ${token.content === '' ? (href ?? 'without an address') : token.content}`;
  if (href === undefined) return element('span', {}, words);
  return element('a', { href, rel: 'noopener noreferrer', target: '_blank', title: href }, words);
}

function scrollable(table: HTMLElement): HTMLElement {
  return element('div', { class: 'table', role: 'group', 'aria-label': 'Table', tabindex: '0' }, table);
}

function attribute({ attrs }: Token, name: string): string | undefined {
  return attrs?.find(([key]) => key === name)?.[1]?.toString();
}
