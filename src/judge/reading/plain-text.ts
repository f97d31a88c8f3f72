/**
 * A reply's lines without the markup that judges wrap their figures in, full-width characters made plain. Code fences
 * go, what they hold stays. An asterisk between figures is a product, and becomes one that no rule takes for a space.
 */
export function plainLines(text: string): string[] {
  return text
    .normalize('NFKC')
    .split(/\r\n|\n|\r/)
    .filter((line) => !/^\s*(?:```|~~~)/.test(line))
    .map(plainLine);
}

/** A reply without what a reasoning model thought first. Thoughts that never end hide everything: the reply was cut. */
export function withoutThoughts(text: string): string {
  const [, , thoughtsEnd] = /^\s*<(think|thinking|thought)>[\s\S]*?(<\/\1>|$)/.exec(text) ?? [];
  if (thoughtsEnd === undefined) return text;
  return thoughtsEnd === '' ? '' : text.slice(text.indexOf(thoughtsEnd) + thoughtsEnd.length);
}

function plainLine(line: string): string {
  return line
    .replace(/\\boxed\{([^{}]*)\}|\\text(?:bf)?\{([^{}]*)\}/g, (_, boxed, word) => boxed ?? word)
    .replace(/<\/?[a-z][a-z0-9]*\s*\/?>/gi, '')
    .replace(/\*{2,}|__+|`/g, '')
    .replace(/\$(?=\s*[\d(\\])|(?<=[\d)])\$/g, '')
    .replace(/^\s*(?:[#>]+\s*)*(?:[-•*+]\s+)?/, '')
    .replace(/^\*|\*$/g, '')
    .replace(/\*/g, '×')
    .trim();
}
