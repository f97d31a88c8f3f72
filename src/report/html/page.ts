import { createHash } from 'node:crypto';
import { AtomicFile } from '../../io/index.js';
import { html, Markup } from './markup.js';
import { pageScript, pageStyle } from './page.generated.js';
import type { ReportFile, ReportSettings } from './report-config.js';

/** A page on its way: what stands on top, and its parts in the order in which they are written. */
export interface Page {
  /** What kind of report it is: `Evaluation`. */
  readonly kind: string;
  readonly title: string;
  /** A sentence below the title. */
  readonly lead: Markup;
  readonly parts: Iterable<Markup> | AsyncIterable<Markup>;
}

const encoder = new TextEncoder();
/** Parts are small; writing each on its own would be a system call a row. */
const writeCharacters = 256 * 1024;

/**
 * Writes a page part by part, so that a large report is never one string, and puts it in its place when it is whole.
 *
 * Nothing in it can load or run anything but the script and the style written here: the policy names them by their hashes
 * and forbids every request.
 *
 * @throws VicunaError `file-unwritable`.
 */
export async function writePage(
  page: Page,
  { output, createdAt }: ReportSettings,
  signal: AbortSignal | undefined,
): Promise<ReportFile> {
  signal?.throwIfAborted();
  const file = await AtomicFile.create(output);
  try {
    let waiting = beginning(page).html;
    for await (const part of page.parts) {
      signal?.throwIfAborted();
      waiting += part.html;
      if (waiting.length < writeCharacters) continue;
      await file.write(encoder.encode(waiting));
      waiting = '';
    }
    await file.write(encoder.encode(waiting + end(createdAt).html));
    const { path, bytes } = await file.commit();
    return { path, bytes };
  } finally {
    await file.discard();
  }
}

function beginning({ kind, title, lead }: Page): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title} · ${kind}</title>
<link rel="icon" href="${ICON}">
<style>${trusted(pageStyle, '</style')}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<div class="page">
<header class="masthead">
<div>
<p class="kind">${kind}</p>
<h1>${title}</h1>
<p class="lead">${lead}</p>
</div>
<button type="button" class="icon-button" data-theme-toggle aria-pressed="false" aria-label="Dark theme" title="Light or dark">
<svg viewBox="0 0 20 20" aria-hidden="true"><path fill="currentColor" d="M10 1.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm0 2v13a6.5 6.5 0 0 1 0-13Z"/></svg>
</button>
</header>
<main id="content">
`;
}

function end(createdAt: Date): Markup {
  const when = createdAt.toISOString();
  return html`
</main>
<footer class="colophon">Made by vicuna-sdk on <time datetime="${when}">${when.slice(0, 16).replace('T', ' ')} UTC</time>. This file is complete in itself and loads nothing.</footer>
</div>
<script>${trusted(pageScript, '</script')}</script>
</body>
</html>
`;
}

/** Two bars, in the colours of a and b. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#1f6cb0" d="M2 3h12v4H2z"/><path fill="#b54f0b" d="M2 9h8v4H2z"/></svg>',
)}`;

function policy(): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(pageScript)}'`,
    `style-src '${hashOf(pageStyle)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const hashOf = (source: string) => `sha256-${createHash('sha256').update(source).digest('base64')}`;

/** What the bundler made goes in unescaped, as browsers read it, unless it would end its own element. */
function trusted(source: string, closing: string): Markup {
  if (source.toLowerCase().includes(closing)) throw new TypeError(`A page's source holds ${closing}.`);
  return new Markup(source);
}
