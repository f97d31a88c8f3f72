import type { HighlightClasses } from './highlight.js';
import { codeMirrorClasses, hljsClasses } from './highlight.js';

/** A code block, ready to be framed. */
export interface CodeBlock {
  /** As the fence names it; empty where it names none. */
  readonly language: string;
  /** The code as highlighted HTML. */
  readonly html: string;
  /** Labels of the buttons, in the language of the page. */
  readonly labels: ButtonLabels;
  /** Attributes of the outer element, with a space in front, or nothing. */
  readonly attributes: string;
}

/** What the buttons of a code block say. */
export interface ButtonLabels {
  readonly copyCode: string;
  readonly copy: string;
  readonly edit: string;
}

/** How one generation of the page wrote a reply. */
export interface Page {
  readonly replyClass: string;
  /** Blocks stand on lines of their own and say where in the reply's markdown they began and ended. */
  readonly annotated: boolean;
  /** The page speaks the reader's language; before that, its buttons were English for everybody. */
  readonly localised: boolean;
  readonly highlight: HighlightClasses;
  readonly linkAttributes: Readonly<Record<string, string>>;
  /** HTML around inline formulas, displayed formulas and tables. */
  readonly frames: Readonly<Record<'inlineMath' | 'displayMath' | 'table', readonly [before: string, after: string]>>;
  readonly codeBlock: (block: CodeBlock) => string;
}

const icon =
  '<svg width="24" height="24" viewBox="0 0 24 24" fill="none" xmlns="http://www.w3.org/2000/svg" class="icon-sm">' +
  '<rect x="8" y="8" width="12" height="12" rx="2"></rect><path d="M16 8V4H4v12h4"></path></svg>';
const bar = 'px-4 py-2 text-xs font-sans justify-between rounded-t-md';

const plainFrames = {
  inlineMath: ['<span class="math math-inline">', '</span>'],
  displayMath: ['<div class="math math-display">', '</div>'],
  table: ['', ''],
} as const;

const firstPage: Page = {
  replyClass: 'request-:r0:-3 markdown prose dark:prose-invert break-words dark',
  annotated: false,
  localised: false,
  highlight: hljsClasses,
  linkAttributes: { target: '_new' },
  frames: plainFrames,
  codeBlock: ({ language, html, labels }) =>
    '<pre><div class="bg-black mb-4 rounded-md">' +
    '<div class="flex items-center relative text-gray-200 bg-gray-800 px-4 py-2 text-xs font-sans">' +
    `<button class="flex ml-auto gap-2">${icon}${labels.copyCode}</button></div>` +
    `<div class="p-4 overflow-y-auto"><code class="${codeClass('!whitespace-pre-wrap hljs', language)}">${html}</code>` +
    '</div></div></pre>',
};

const secondPage: Page = {
  ...firstPage,
  replyClass: 'markdown prose w-full break-words dark:prose-invert light',
  codeBlock: ({ language, html, labels }) =>
    '<pre><div class="bg-black rounded-md mb-4">' +
    `<div class="flex items-center relative text-gray-200 bg-gray-800 ${bar}"><span>${language}</span>` +
    `<button class="flex ml-auto gap-2">${icon}${labels.copyCode}</button></div>` +
    `<div class="p-4 overflow-y-auto"><code class="${codeClass('!whitespace-pre hljs', language)}">${html}</code>` +
    '</div></div></pre>',
};

const thirdPage: Page = {
  ...secondPage,
  replyClass: 'markdown prose w-full break-words dark:prose-invert dark',
  linkAttributes: { target: '_new', rel: 'noreferrer' },
  codeBlock: ({ language, html, labels }) =>
    '<pre><div class="dark bg-gray-950 rounded-md">' +
    `<div class="flex items-center relative text-token-text-secondary bg-token-main-surface-secondary ${bar}">` +
    `<span>${language}</span><span class="" data-state="closed">` +
    `<button class="flex gap-1 items-center">${icon}${labels.copyCode}</button></span></div>` +
    `<div class="p-4 overflow-y-auto"><code class="${codeClass('!whitespace-pre hljs', language)}">${html}</code>` +
    '</div></div></pre>',
};

const fourthPage: Page = {
  ...thirdPage,
  localised: true,
  codeBlock: ({ language, html, labels }) =>
    '<pre><div class="dark bg-gray-950 contain-inline-size rounded-md border-[0.5px] border-token-border-medium">' +
    `<div class="flex items-center relative text-token-text-secondary bg-token-main-surface-secondary ${bar}">` +
    `<span>${language}</span><div class="flex items-center"><span class="" data-state="closed">` +
    `<button class="flex gap-1 items-center">${icon}${labels.copyCode}</button></span></div></div>` +
    '<div class="overflow-y-auto p-4" dir="ltr">' +
    `<code class="${codeClass('!whitespace-pre hljs', language)}">${html}</code></div></div></pre>`,
};

const fifthPage: Page = {
  ...fourthPage,
  linkAttributes: { rel: 'noopener', target: '_new' },
  codeBlock: ({ language, html, labels }) =>
    '<pre class="!overflow-visible"><div class="contain-inline-size rounded-md border-[0.5px] relative">' +
    `<div class="flex items-center text-token-text-secondary ${bar} h-9 select-none">${language}</div>` +
    '<div class="sticky top-9"><div class="absolute bottom-0 right-2 flex h-9 items-center">' +
    '<span class="" data-state="closed"><button class="flex gap-1 items-center select-none py-1">' +
    `${icon}${labels.copyCode}</button></span></div></div><div class="overflow-y-auto p-4" dir="ltr">` +
    `<code class="${codeClass('!whitespace-pre hljs', language)}">${html}</code></div></div></pre>`,
};

const sixthPage: Page = {
  ...fifthPage,
  replyClass: 'markdown prose dark:prose-invert w-full break-words dark',
  annotated: true,
  frames: { inlineMath: ['', ''], displayMath: ['', ''], table: ['', ''] },
  codeBlock: ({ language, html, labels, attributes }) =>
    `<pre class="overflow-visible!"${attributes}><div class="contain-inline-size rounded-md border-[0.5px] relative">` +
    `<div class="flex items-center text-token-text-secondary ${bar} h-9 select-none">${language}</div>` +
    '<div class="sticky top-9"><div class="absolute end-0 bottom-0 flex h-9 items-center pe-2">' +
    `<button class="flex gap-1 items-center select-none" aria-label="${labels.copy}">${icon}${labels.copy}</button>` +
    `<span class="" data-state="closed"><button class="flex items-center gap-1 select-none">${icon}${labels.edit}` +
    '</button></span></div></div><div class="overflow-y-auto p-4" dir="ltr">' +
    `<code class="${codeClass('whitespace-pre!', language)}"><span>${html}</span></code></div></div></pre>`,
};

const languageNames: Readonly<Record<string, string>> = { html: 'HTML', sql: 'SQL', typescript: 'TypeScript' };

const seventhPage: Page = {
  ...sixthPage,
  replyClass: 'markdown prose dark:prose-invert wrap-break-word w-full dark markdown-new-styling',
  highlight: codeMirrorClasses,
  linkAttributes: { class: 'decorated-link', rel: 'noopener', target: '_new' },
  frames: {
    ...sixthPage.frames,
    table: ['<div class="group flex w-fit flex-col-reverse" tabindex="-1">', '</div>'],
  },
  codeBlock: ({ language, html, attributes }) =>
    `<pre class="overflow-visible! px-0!"${attributes}><div class="relative w-full mt-4 mb-1"><div class="contents">` +
    (language === ''
      ? ''
      : '<div class="select-none sticky z-2"><div class="flex w-full items-center justify-between py-1.5 font-sans">' +
        `<div class="flex items-center text-sm font-medium">${icon}${languageNames[language] ?? language}</div></div></div>`) +
    '<div id="code-block-viewer" dir="ltr" class="cm-editor flex h-full w-full flex-col items-stretch">' +
    `<div class="cm-scroller"><pre class="cm-content m-0"><code>${html.trimEnd()}</code></pre></div></div>` +
    '</div></div></pre>',
};

/** Generations of the page by the month they were about, from the first shared conversations on. */
export const pages = {
  '2022-12': firstPage,
  '2023-03': secondPage,
  '2023-11': thirdPage,
  '2024-06': fourthPage,
  '2024-11': fifthPage,
  '2025-04': sixthPage,
  '2025-10': seventhPage,
} as const satisfies Readonly<Record<string, Page>>;

/** Name of a generation of the page. */
export type PageId = keyof typeof pages;

export function isPageId(text: string): text is PageId {
  return Object.hasOwn(pages, text);
}

function codeClass(base: string, language: string): string {
  return language === '' ? base : `${base} language-${language}`;
}
