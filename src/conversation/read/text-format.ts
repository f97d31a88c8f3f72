import type { RawTurn } from '../raw.js';
import { roleOf } from '../roles.js';

/** Characters in which a tag at either end has room; a bound on what the expressions for tags are tried on. */
const enoughForTag = 1000;
/** Elements that a page's rendering of a reply can begin with. */
const beginsWithBlock =
  /^\s*<(?:div|p|ol|ul|pre|h[1-6]|table|blockquote|hr|span|section|article|details|figure)(?=[\s/>])[^>]*>/i;
const endsWithTag = /<(?:\/[a-z][a-z0-9]*|hr\s*\/?|br\s*\/?|img\s[^<>]*)>\s*$/i;
/** The element in which ChatGPT's page has a reply. */
const chatGPTReply = /^\s*<div(?=[\s>])[^>]*\sclass="[^"]*\b(?:markdown|prose)\b/i;
/** What a browser never writes into HTML: text with a bare `<` or `&`. */
const unescaped = /<(?![a-z/!])|&(?!#\d+;|#x[0-9a-f]+;|[a-z][a-z0-9]*;)/i;
/** What markdown has and rendered text has not: fences, bold, headings, list items, paragraphs apart. */
const markdownSyntax = /```|\*\*\S|^#{1,6} |^[ \t]*[-*] \S|^[ \t]*\d+\. \S|\S\n[ \t]*\n\S/m;

/**
 * Whether the assistant's turns of a record are a saved page's HTML or markdown.
 *
 * A reply in the element that ChatGPT's page uses settles it. Otherwise a reply counts as HTML if it begins and ends with
 * tags and has no character that a browser would have escaped; a markdown reply that is bare HTML source mostly has. The
 * record is HTML if some reply is and no other reply shows markdown syntax (error notices are plain text in both).
 */
export function formatOf(turns: readonly RawTurn[]): 'html' | 'markdown' {
  const replies = turns.filter(({ from }) => roleOf(from) === 'assistant').map(({ value }) => value);
  if (replies.some((reply) => chatGPTReply.test(reply.slice(0, enoughForTag)))) return 'html';
  const other = replies.filter((reply) => !isHtml(reply));
  return other.length === replies.length || other.some((reply) => markdownSyntax.test(reply)) ? 'markdown' : 'html';
}

function isHtml(reply: string): boolean {
  return (
    beginsWithBlock.test(reply.slice(0, enoughForTag)) &&
    endsWithTag.test(reply.slice(-enoughForTag)) &&
    !unescaped.test(reply)
  );
}
