import { renderMarkdown } from './markdown.js';
import { type ButtonLabels, type PageId, pages } from './pages.js';
import type { Language } from './records.js';
import type { Noise } from './source.js';

const buttonLabels: Readonly<Record<Language, ButtonLabels>> = {
  de: { copyCode: 'Code kopieren', copy: 'Kopieren', edit: 'Bearbeiten' },
  en: { copyCode: 'Copy code', copy: 'Copy', edit: 'Edit' },
  es: { copyCode: 'Copiar código', copy: 'Copiar', edit: 'Editar' },
  fr: { copyCode: 'Copier le code', copy: 'Copier', edit: 'Modifier' },
  zh: { copyCode: '复制代码', copy: '复制', edit: '编辑' },
};

/** Renders a reply as it was saved from a generation of the page, with the given noise in and around it. */
export function renderReply(
  markdown: string,
  pageId: PageId,
  language: Language = 'en',
  noise: readonly Noise[] = [],
): string {
  const page = pages[pageId];
  const labels = buttonLabels[page.localised ? language : 'en'];
  const empty = noise.includes('empty-reply');

  let inside = renderMarkdown(markdown, page, labels);
  if (noise.includes('empty-code-block')) inside += page.codeBlock({ language: '', html: '', labels, attributes: '' });
  if (noise.includes('empty-paragraph')) inside += '<p></p>';
  if (noise.includes('copy-chars')) inside += copyCounter(markdown);

  const counter = noise.find((kind) => kind.includes(' / '));
  const className = empty ? `result-streaming ${page.replyClass}` : page.replyClass;
  return `${counter === undefined ? '' : regenerateCounter(counter)}<div class="${className}">${inside}</div>`;
}

/** The arrows that lead from one regenerated reply to the next. */
function regenerateCounter(counter: string): string {
  const arrow = (points: string) =>
    '<button class="disabled:text-gray-300"><svg stroke="currentColor" fill="none" viewBox="0 0 24 24" class="h-3 w-3" ' +
    `xmlns="http://www.w3.org/2000/svg"><polyline points="${points}"></polyline></svg></button>`;
  return (
    `<div class="text-xs flex items-center justify-center gap-1">${arrow('15 18 9 12 15 6')}` +
    `<span class="flex-grow flex-shrink-0">${counter}</span>${arrow('9 18 15 12 9 6')}</div>`
  );
}

/** The count of characters and words that stands below the replies of some exports. */
function copyCounter(markdown: string): string {
  const words = markdown.split(/\s+/).length;
  return (
    '<div class="flex items-center text-xs"><button class="p-1">Copy</button>' +
    `${markdown.length} chars / ${words} words</div>`
  );
}
