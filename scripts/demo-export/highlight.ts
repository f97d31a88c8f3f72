/** Class of each kind of token in highlighted code; an empty class is a bare span. */
export type HighlightClasses = Readonly<Record<'comment' | 'keyword' | 'number' | 'string' | 'tag', string>>;

/** highlight.js, which the page used until 2025. */
export const hljsClasses: HighlightClasses = {
  comment: 'hljs-comment',
  keyword: 'hljs-keyword',
  number: 'hljs-number',
  string: 'hljs-string',
  tag: 'hljs-tag',
};

/** CodeMirror, whose class names are generated. */
export const codeMirrorClasses: HighlightClasses = {
  comment: 'ͼt',
  keyword: 'ͼv',
  number: 'ͼy',
  string: 'ͼz',
  tag: 'ͼ11',
};

const comments: Readonly<Record<string, string>> = {
  bash: '#.*',
  python: '#.*',
  sql: '--.*',
  typescript: '//.*',
  yaml: '#.*',
};

const keywords: Readonly<Record<string, string>> = {
  bash: 'tar|date',
  python: 'def|return|print|sum|len|round',
  sql: 'SELECT|FROM|WHERE|CURRENT_DATE',
  typescript: 'const|export|function|return|string|undefined',
};

/** Escapes code and wraps its tokens in spans, as the page's highlighter did. The text stays what it was. */
export function highlightCode(code: string, language: string, classes: HighlightClasses): string {
  const none = '(?!)';
  const pattern = new RegExp(
    [
      `(?<tag>${language === 'html' ? '</?[a-z][^>]*>' : none})`,
      `(?<comment>${comments[language] ?? none})`,
      '(?<string>"[^"\\n]*"|\'[^\'\\n]*\')',
      `(?<keyword>\\b(?:${keywords[language] ?? none})\\b)`,
      '(?<number>\\b\\d+(?:\\.\\d+)?\\b)',
    ].join('|'),
    'g',
  );
  let html = '';
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = (Object.keys(classes) as (keyof HighlightClasses)[]).find(
      (name) => match.groups?.[name] !== undefined,
    );
    html += escapeHtml(code.slice(end, match.index));
    html += `<span class="${kind === undefined ? '' : classes[kind]}">${escapeHtml(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(end));
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
