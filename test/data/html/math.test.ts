import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { escapeHtml } from './support/page.js';

const katex = (tex: string, display = false) => {
  const inner = `<span class="katex"><span class="katex-mathml"><math xmlns="http://www.w3.org/1998/Math/MathML"${display ? ' display="block"' : ''}><semantics><mrow><mi>x</mi></mrow><annotation encoding="application/x-tex">${escapeHtml(tex)}</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span class="base">x</span></span></span>`;
  return display ? `<span class="katex-display">${inner}</span>` : inner;
};

describe('formulas', () => {
  it('are the TeX that the page carries, once', () => {
    expect(htmlToMarkdown(`<p>If ${katex('a_1 < b^*')} holds</p>`)).toBe('If $a_1 < b^*$ holds');
  });

  it('stand alone between double dollars, on lines of their own where they have several', () => {
    expect(htmlToMarkdown(`<p>So</p>${katex('x = \\frac{1}{2}', true)}<p>then</p>`)).toBe(
      'So\n\n$$x = \\frac{1}{2}$$\n\nthen',
    );
    expect(htmlToMarkdown(`<p><span class="math math-display">${katex('a\nb', true)}</span></p>`)).toBe('$$\na\nb\n$$');
    expect(htmlToMarkdown(`<ul><li>x${katex('a\nb', true)}</li></ul>`)).toBe('- x\n\n  $$\n  a\n  b\n  $$');
  });

  it('stay on one line in headings and cells', () => {
    expect(htmlToMarkdown(`<h2>On ${katex('a\n+b')}</h2>`)).toBe('## On $a +b$');
    expect(htmlToMarkdown(`<table><tr><th>${katex('|x|')}</th></tr></table>`)).toBe('| $\\|x\\|$ |\n| --- |');
  });

  it.each([
    [
      'MathJax 2',
      '<span class="MathJax_Preview">x</span><span class="MathJax">x²</span><script type="math/tex">x^2</script>',
      '$x^2$',
    ],
    ['MathJax 2, displayed', '<script type="math/tex; mode=display">x^2</script>', '$$x^2$$'],
    [
      'MathJax 4',
      '<mjx-container display="true" data-latex="x^2"><mjx-math aria-hidden="true">x2</mjx-math></mjx-container>',
      '$$x^2$$',
    ],
    ['MathML with its TeX', '<math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math>', '$x^2$'],
    ['MathML alone', '<math><mi>x</mi><mo>+</mo><mn>2</mn></math>', 'x+2'],
    ['TeX that KaTeX could not read', '<span class="katex-error" title="ParseError">\\foo{x}</span>', '$\\foo{x}$'],
  ])('are read from %s', (_, html, markdown) => {
    expect(htmlToMarkdown(`<p>${html}</p>`).replace(/^x² ?/, '')).toBe(markdown);
  });

  it('make other dollars need a backslash, but only where they read as a formula', () => {
    expect(htmlToMarkdown('<p>from $5 to 10$ now</p>')).toBe('from $5 to 10$ now');
    expect(htmlToMarkdown(`<p>${katex('x')} from $5 to 10$ now</p>`)).toBe('$x$ from \\$5 to 10$ now');
    expect(htmlToMarkdown(`<p>${katex('x')} costs $5 or $10</p>`)).toBe('$x$ costs $5 or $10');
  });
});
