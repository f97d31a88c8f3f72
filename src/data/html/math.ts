import type { HtmlElement } from './element.js';

const mathClasses =
  / (?:katex|katex-display|katex-error|math-inline|math-display|MathJax|MathJax_Display|MathJax_SVG) /;

/** Whether an element is a formula: KaTeX, MathJax 2 to 4, or plain MathML. */
export function isMath(element: HtmlElement): boolean {
  const { name } = element;
  if (name === 'math' || name === 'mjx-container') return true;
  if (name === 'script') return element.attribute('type')?.startsWith('math/tex') === true;
  return element.classes !== '' && mathClasses.test(element.classes);
}

/**
 * A formula as markdown: `$...$`, or `$$...$$` for one on lines of its own.
 *
 * The page draws a formula several times over; its TeX is taken from the annotation that the renderer left. A formula
 * without one (MathJax 3 leaves none) keeps its drawn characters as text.
 */
export function mathMarkdown(element: HtmlElement): string {
  const tex = texOf(element)?.trim();
  if (tex === undefined) return drawnText(element);
  if (tex === '') return '';
  if (!isDisplay(element)) return `$${tex}$`;
  return tex.includes('\n') ? `$$\n${tex}\n$$` : `$$${tex}$$`;
}

function texOf(element: HtmlElement): string | undefined {
  if (element.name === 'script' || element.hasClass('katex-error')) return element.text;
  const annotation = element.find(
    (inner) => inner.name === 'annotation' && inner.attribute('encoding') === 'application/x-tex',
  );
  if (annotation !== undefined) return annotation.text;
  const script = element.find((inner) => inner.name === 'script' && isMath(inner));
  if (script !== undefined) return script.text;
  const carries = (inner: HtmlElement) => texAttribute(inner) !== undefined;
  const carrier = carries(element) ? element : element.find(carries);
  return carrier === undefined ? undefined : texAttribute(carrier);
}

const texAttribute = (element: HtmlElement): string | undefined =>
  element.attribute('data-latex') ?? element.attribute('data-math') ?? element.attribute('alttext');

function isDisplay(element: HtmlElement): boolean {
  if (/ (?:katex-display|math-display|MathJax_Display) /.test(element.classes)) return true;
  if (element.attribute('type')?.includes('mode=display') === true) return true;
  if (element.attribute('display') === 'true' || element.attribute('display') === 'block') return true;
  const display = (inner: HtmlElement) => inner.hasClass('katex-display') || inner.attribute('display') === 'block';
  return element.find(display) !== undefined;
}

function drawnText(element: HtmlElement): string {
  const mathMl = element.name === 'math' ? element : element.find((inner) => inner.name === 'math');
  return (mathMl ?? element).text.replace(/\s+/g, ' ').trim();
}
