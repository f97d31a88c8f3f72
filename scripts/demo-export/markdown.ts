import MarkdownIt, { type RendererRule, type StateBlock, type StateCore, type StateInline } from 'markdown-it';
import { highlightCode } from './highlight.js';
import { katexMarkup } from './math.js';
import type { ButtonLabels, Page } from './pages.js';

/** Renders the markdown of a reply into the HTML that stood inside the reply's element on the page. */
export function renderMarkdown(markdown: string, page: Page, labels: ButtonLabels): string {
  const renderer = new MarkdownIt();
  renderer.inline.ruler.after('escape', 'inline_math', parseInlineMath);
  renderer.block.ruler.before('fence', 'display_math', parseDisplayMath, { alt: ['paragraph'] });
  if (page.annotated) renderer.core.ruler.push('annotate', annotate);

  const newline = page.annotated ? '\n' : '';
  const { inlineMath, displayMath, table } = page.frames;
  const rules: Record<string, RendererRule> = {
    fence: (tokens, index) => {
      const token = tokens[index]!;
      const html = highlightCode(token.content, token.info, page.highlight);
      const attributes = (token.attrs ?? []).map(([name, value]) => ` ${name}="${value}"`).join('');
      return page.codeBlock({ language: token.info, html, labels, attributes }) + newline;
    },
    link_open: (tokens, index, options, _env, self) => {
      const token = tokens[index]!;
      const target = token.attrGet('href') ?? '';
      token.attrs = Object.entries({ ...page.linkAttributes, href: target });
      return self.renderToken(tokens, index, options);
    },
    table_open: (tokens, index, options, _env, self) => table[0] + self.renderToken(tokens, index, options),
    table_close: (tokens, index, options, _env, self) => self.renderToken(tokens, index, options) + table[1] + newline,
    inline_math: (tokens, index) => inlineMath[0] + katexMarkup(tokens[index]!.content, false) + inlineMath[1],
    display_math: (tokens, index) =>
      displayMath[0] + katexMarkup(tokens[index]!.content, true) + displayMath[1] + newline,
  };
  Object.assign(renderer.renderer.rules, rules);

  if (!page.annotated) {
    // The older pages put no white space between elements.
    const renderToken = renderer.renderer.renderToken.bind(renderer.renderer);
    renderer.renderer.renderToken = (...token) => renderToken(...token).trim();
  }
  return renderer.render(markdown).trimEnd();
}

function parseInlineMath(state: StateInline, silent: boolean): boolean {
  const formula = /^\$([^$\n]+)\$/.exec(state.src.slice(state.pos, state.posMax));
  if (formula?.[1] === undefined) return false;
  if (!silent) state.push('inline_math', '', 0).content = formula[1];
  state.pos += formula[0].length;
  return true;
}

function parseDisplayMath(state: StateBlock, line: number, _end: number, silent: boolean): boolean {
  const text = state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
  const formula = /^\$\$(.+)\$\$$/.exec(text);
  if (formula?.[1] === undefined) return false;
  if (!silent) {
    const token = state.push('display_math', '', 0);
    token.content = formula[1];
    token.map = [line, line + 1];
    state.line = line + 1;
  }
  return true;
}

/** Notes on each block where in the markdown it came from, and gives every list item its paragraph. */
function annotate(state: StateCore): void {
  const ends = [...state.src.matchAll(/\n|$/g)].map((match) => match.index);
  const start = (line: number) => (line === 0 ? 0 : ends[line - 1]! + 1);
  for (const token of state.tokens) {
    if (token.type === 'paragraph_open' || token.type === 'paragraph_close') token.hidden = false;
    if (token.map === null || token.nesting < 0 || token.type === 'inline') continue;
    token.attrSet('data-start', String(start(token.map[0])));
    token.attrSet('data-end', String(ends[token.map[1] - 1]));
  }
  const last = state.tokens.findLast((token) => token.level === 0 && token.nesting >= 0);
  last?.attrSet('data-is-last-node', '');
}
