/** Builds replies the way the pages of different years and interface languages do. */

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const icon =
  '<svg stroke="currentColor" fill="none" viewBox="0 0 24 24" class="h-4 w-4"><path d="M16 4h2a2 2 0 0 1 2 2v14"></path></svg>';

export interface CodeSample {
  readonly code: string;
  readonly language: string;
  /** Label of the copy button. */
  readonly copy: string;
}

/** How a block of code was built, by the year it was first seen. */
export const codeGenerations: Readonly<Record<string, (sample: CodeSample) => string>> = {
  '2022, button only': ({ code, language, copy }) =>
    `<pre><div class="bg-black mb-4 rounded-md"><div class="flex items-center relative text-gray-200 bg-gray-800 px-4 py-2 text-xs font-sans"><button class="flex ml-auto gap-2">${icon}${copy}</button></div><div class="p-4 overflow-y-auto"><code class="!whitespace-pre hljs language-${language}">${escapeHtml(code)}</code></div></div></pre>`,
  '2023, language in a span': ({ code, language, copy }) =>
    `<pre><div class="bg-black rounded-md mb-4"><div class="flex items-center relative px-4 py-2 text-xs font-sans justify-between"><span>${language}</span><button class="flex ml-auto gap-2">${icon}${copy}</button></div><div class="p-4 overflow-y-auto"><code class="!whitespace-pre hljs language-${language}">${escapeHtml(code)}</code></div></div></pre>`,
  '2024, sticky button': ({ code, language, copy }) =>
    `<pre class="!overflow-visible"><div class="contain-inline-size rounded-md relative"><div class="flex items-center text-xs select-none">${language}</div><div class="sticky top-9"><div class="absolute bottom-0 right-2"><span data-state="closed"><button class="flex gap-1">${icon}${copy}</button></span></div></div><div class="overflow-y-auto p-4" dir="ltr"><code class="!whitespace-pre hljs language-${language}">${escapeHtml(code)}</code></div></div></pre>`,
  'saved without its buttons': ({ code, language }) =>
    `<pre><div class="bg-black"><div class="flex text-xs"><span>${language}</span></div><div class="p-4"><code class="hljs">${escapeHtml(code)}</code></div></div></pre>`,
  'label as plain text': ({ code, language, copy }) =>
    `<pre><div class="bg-black"><div class="flex text-xs"><span>${language}</span><span>${copy}</span></div><div class="p-4"><code>${escapeHtml(code)}</code></div></div></pre>`,
  '2026, an editor in a second pre': ({ code, language }) =>
    `<pre class="overflow-visible!"><div class="relative"><div class="select-none sticky"><div class="flex text-sm">${icon}${language}</div></div><div id="code-block-viewer" class="cm-editor"><div class="cm-scroller"><pre class="cm-content m-0"><code>${code
      .split(/(?<=\W)/)
      .map((part) => `<span class="ͼv">${escapeHtml(part)}</span>`)
      .join('')}</code></pre></div></div></div></pre>`,
};

/** The copy button in the interface languages of real pages. */
export const copyLabels = {
  English: 'Copy code',
  Chinese: '复制代码',
  Russian: 'Копировать код',
  French: 'Copier le code',
  Spanish: 'Copiar código',
  German: 'Code kopieren',
  Japanese: 'コードをコピーする',
  Korean: '코드 복사',
  Arabic: 'نسخ الكود',
  Turkish: 'Kodu kopyala',
} as const;

/** A reply in the element that ChatGPT's page has it in. */
export const reply = (content: string): string =>
  `<div class="markdown prose w-full break-words dark:prose-invert light">${content}</div>`;
