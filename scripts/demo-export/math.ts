import { escapeHtml } from './highlight.js';

const symbols: Readonly<Record<string, string>> = { '\\approx': '≈', '\\frac': '', '\\sqrt': '√' };

/**
 * KaTeX's markup of a formula: MathML that carries the TeX as an annotation, then the same for the eye. Only the
 * annotation is faithful; the rest lists the symbols one by one, because all a reader of pages must do with it is to leave
 * it out.
 */
export function katexMarkup(tex: string, display: boolean): string {
  const tokens = (tex.match(/\\[a-z]+|[a-z]|\d+(?:\.\d+)?|[^\s{}]/gi) ?? [])
    .map((token) => symbols[token] ?? token)
    .filter((token) => token !== '');
  const mathml = tokens.map((token) => {
    const element = /^\d/.test(token) ? 'mn' : /^[a-z]$/i.test(token) ? 'mi' : 'mo';
    return `<${element}>${escapeHtml(token)}</${element}>`;
  });
  const spans = tokens.map((token) => `<span class="mord">${escapeHtml(token)}</span>`);
  const inline =
    '<span class="katex"><span class="katex-mathml">' +
    `<math xmlns="http://www.w3.org/1998/Math/MathML"${display ? ' display="block"' : ''}>` +
    `<semantics><mrow>${mathml.join('')}</mrow>` +
    `<annotation encoding="application/x-tex">${escapeHtml(tex)}</annotation></semantics></math></span>` +
    `<span class="katex-html" aria-hidden="true"><span class="base">${spans.join('')}</span></span></span>`;
  return display ? `<span class="katex-display">${inline}</span>` : inline;
}
