import { createHash } from 'node:crypto';
import { pageScript, pageStyle } from './page.generated.js';

/** What the page is told by the server; `page/facts.ts` reads it. */
export interface PageFacts {
  readonly title: string;
  /** Whether the server keeps votes, and the texts they are about. */
  readonly votes: 'none' | 'outcomes' | 'texts';
}

/** The chat page: one document that loads nothing, and may talk to its own server only. */
export class ChatPage {
  readonly #html: string;
  readonly #etag: string;

  constructor(facts: PageFacts) {
    this.#html = documentOf(facts);
    this.#etag = `"${digestOf(this.#html)}"`;
  }

  respond(request: Request): Response {
    const headers = { ...policies(), etag: this.#etag, 'cache-control': 'no-cache' };
    if (request.headers.get('if-none-match') === this.#etag) return new Response(null, { status: 304, headers });
    return new Response(this.#html, { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } });
  }
}

/**
 * Script and style are named by their hashes, so that nothing that comes with a text can run or dress up as a part of the
 * page; and no string becomes HTML at all, where a browser knows Trusted Types.
 */
function policies(): Record<string, string> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'sha256-${digestOf(pageScript)}'`,
      `style-src 'sha256-${digestOf(pageStyle)}'`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    'x-frame-options': 'DENY',
  };
}

const viewport = 'width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content';
const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1f6cb0" d="M3 2h10a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7l-4 3v-3a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z"/></svg>',
)}`;

function documentOf(facts: PageFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="${viewport}">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfbfa">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#15171c">
<meta name="robots" content="noindex">
<title>${escaped(facts.title)}</title>
<link rel="icon" href="${icon}">
<style>${trusted(pageStyle, '</style')}</style>
</head>
<body data-facts="${escaped(JSON.stringify(facts))}">
<noscript>This page needs JavaScript, which is part of it: nothing else is loaded.</noscript>
<script>${trusted(pageScript, '</script')}</script>
</body>
</html>
`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

/** What the bundler made goes in unescaped, as browsers read it, unless it would end its own element. */
function trusted(source: string, closing: string): string {
  if (source.toLowerCase().includes(closing)) throw new TypeError(`The page's source holds ${closing}.`);
  return source;
}
