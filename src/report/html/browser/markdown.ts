import type { MarkdownIt } from 'markdown-it';

/** Longer texts are shown as they are: no reader needs a megabyte laid out, and no hostile one should cost minutes. */
const longestRendered = 100_000;

/** Turns markdown that nobody trusts into HTML that may be put into a page. */
export type RenderMarkdown = (text: string) => string;

/**
 * A renderer whose output is safe by construction: markup in the text is text, links lead to http, https and mailto
 * addresses only and tell nobody where they were followed from, and of an image only its description is shown, so that
 * nothing is loaded.
 */
export async function loadMarkdown(): Promise<RenderMarkdown> {
  const { default: createMarkdownIt } = await import('markdown-it');
  const markdown = createMarkdownIt({ html: false, linkify: true, breaks: false, typographer: false });
  // Only what says that it is an address: `file.py` is none.
  markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
  markdown.validateLink = isAllowed;
  openOutside(markdown);
  withoutImages(markdown);
  fitForPage(markdown);
  return (text) =>
    text.length > longestRendered
      ? `<pre tabindex="0">${markdown.utils.escapeHtml(text)}</pre>`
      : markdown.render(text);
}

function isAllowed(address: string): boolean {
  return /^(?:https?:\/\/|mailto:)/i.test(address.trim());
}

function openOutside({ renderer }: MarkdownIt): void {
  renderer.rules.link_open = (tokens, index, options, _environment, self) => {
    const token = tokens[index]!;
    // A link to nothing never comes before `validateLink`.
    if (!isAllowed(String(token.attrGet('href')))) return '<a>';
    token.attrSet('rel', 'noopener noreferrer');
    token.attrSet('target', '_blank');
    return self.renderToken(tokens, index, options);
  };
}

function withoutImages({ renderer, utils: { escapeHtml } }: MarkdownIt): void {
  renderer.rules.image = (tokens, index) => {
    const token = tokens[index]!;
    const label = token.content === '' ? 'image' : `image: ${token.content}`;
    return `<span class="image" title="${escapeHtml(String(token.attrGet('src') ?? ''))}">[${escapeHtml(label)}]</span>`;
  };
}

/** Headings of an answer stand below those of the page; code and tables scroll by themselves, also by keyboard. */
function fitForPage({ renderer, utils: { escapeHtml } }: MarkdownIt): void {
  const below = (tag: string) => (tag === 'h1' || tag === 'h2' ? 'h5' : 'h6');
  const { rules } = renderer;
  const code = (content: string) => `<pre tabindex="0"><code>${escapeHtml(content)}</code></pre>\n`;
  rules.heading_open = (tokens, index) => `<${below(tokens[index]!.tag)}>`;
  rules.heading_close = (tokens, index) => `</${below(tokens[index]!.tag)}>\n`;
  rules.table_open = () => '<div class="table-scroll" tabindex="0"><table>\n';
  rules.table_close = () => '</table></div>\n';
  rules.fence = (tokens, index) => code(tokens[index]!.content);
  rules.code_block = (tokens, index) => code(tokens[index]!.content);
}
