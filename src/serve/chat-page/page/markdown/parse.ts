import MarkdownIt, { type Token } from 'markdown-it';

export type { Token };

const schemes: readonly string[] = ['http:', 'https:', 'mailto:'];

/** The address, where it is one that a text may lead to: written out whole, and of a kind that runs nothing. */
export function safeAddress(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  return schemes.includes(url.protocol) ? url.href : undefined;
}

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
markdown.validateLink = (href) => safeAddress(href) !== undefined;
// Names of files look like hosts (`main.rs`): only what begins as an address is one.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

/** CommonMark with tables; HTML in it is text. */
export function parseMarkdown(source: string): Token[] {
  return markdown.parse(source, {});
}
