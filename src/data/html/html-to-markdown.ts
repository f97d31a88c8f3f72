import { writeBlocks } from './blocks.js';
import { isRegenerateCounter, mayHoldLeftovers, replyRoots, shownLabel } from './chrome.js';
import type { HtmlElement, HtmlNode } from './element.js';
import { isMath } from './math.js';
import { parseHtml } from './parse.js';
import { MarkdownWriter } from './writer.js';

/**
 * Converts a reply as a chat page shows it (the HTML that ShareGPT and saved ChatGPT pages hold, of any year and
 * interface language) to the markdown it was made of.
 *
 * Code blocks come out verbatim in a fence that names their language, formulas as the TeX that the page carries, tables
 * as GFM; citations as links; buttons, counters and the page's other furniture are left out; text is escaped where it would
 * otherwise be read as markup, and only there.
 *
 * Never throws, whatever the text; takes time linear in its length.
 *
 * @returns markdown (CommonMark with GFM tables and strikethrough, `$` and `$$` formulas) without a blank line at either
 * end; empty where the page shows nothing.
 * @public
 */
export function htmlToMarkdown(html: string): string {
  const writer = new MarkdownWriter();
  const hasCounts = html.includes('/ ');
  const hasLeftovers = mayHoldLeftovers(html);
  for (const root of replyRoots(parseHtml(html))) {
    if (writer.length > 0) writer.separate();
    writeBlocks(hasCounts ? withoutCounter(root) : root.children, writer, {
      // It matters where there are dollars to be taken for a formula's.
      hasMath: html.includes('$') && root.find(isMath) !== undefined,
      hasCounts,
      hasLeftovers,
    });
  }
  return writer.toString();
}

/** The content of a reply without the `2 / 3` in front of it; a reply that is nothing else keeps it. */
function withoutCounter(root: HtmlElement): readonly HtmlNode[] {
  const { children } = root;
  let from = 0;
  for (let index = 0; index < children.length - 1; index++) {
    const text = shownLabel(children[index] as HtmlNode, 16);
    if (text === undefined || (text.trim() !== '' && !isRegenerateCounter(text))) break;
    from = index + 1;
  }
  return from === 0 ? children : children.slice(from);
}
