const htmlBlock =
  /^<(?:(?:script|pre|style|textarea)(?:[\s>]|$)|!--|\?|![A-Za-z]|!\[CDATA\[|\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:[\s>]|\/>|$))/i;

/**
 * Finds, at the starts of a paragraph's lines, the characters that would make a reader see a list, a heading, a quote, a
 * rule, a fence, a table, a definition or an HTML block there (CommonMark 4 and 5, GFM 4.10).
 *
 * @returns the positions that a backslash in front would disarm; of a fence's run, the first.
 */
export function escapableBlockMarks(text: string): readonly number[] {
  const marks: number[] = [];
  let start = 0;
  let isFirst = true;
  for (const line of text.split('\n')) {
    const offset = blockMark(line, isFirst);
    if (offset !== undefined) marks.push(start + offset);
    start += line.length + 1;
    // Two line breaks in a row end the paragraph.
    isFirst = line === '';
  }
  return marks;
}

/** The offset of a line's mark. */
function blockMark(line: string, isFirst: boolean): number | undefined {
  const first = line[0];
  switch (first) {
    case '#':
      return /^#{1,6}(?:\s|$)/.test(line) ? 0 : undefined;
    case '>':
      return 0;
    case '<':
      return htmlBlock.test(line) ? 0 : undefined;
    case '[':
      return isFirst && /^\[[^\]]+\]:/.test(line) ? 0 : undefined;
    case '`':
    case '~':
      return /^(?:`{3,}[^`]*$|~{3,})/.test(line) ? 0 : undefined;
    default:
      break;
  }
  const number = /^\d{1,9}(?=[.)](?:\s|$))/.exec(line)?.[0];
  // Inside a paragraph only a list that starts at 1 begins, and only with something in it.
  if (number !== undefined)
    return isFirst || (Number(number) === 1 && line.length > number.length + 2) ? number.length : undefined;
  if (/^[-+*](?:\s|$)/.test(line) && (isFirst || line.length > 2)) return 0;
  if (isRule(line) || (!isFirst && (/^(?:=+|-+)\s*$/.test(line) || isTableRuler(line)))) return 0;
  return undefined;
}

function isRule(line: string): boolean {
  const first = line[0];
  if (first !== '*' && first !== '-' && first !== '_') return false;
  const marks = line.replace(/\s+/g, '');
  return marks.length >= 3 && marks === (first as string).repeat(marks.length);
}

/** The second line of a GFM table: `| --- | :-: |`. */
const isTableRuler = (line: string): boolean =>
  /^[|:-]/.test(line) && /^[|:\s-]*$/.test(line) && line.split('|').every((cell) => /^\s*(?::?-+:?)?\s*$/.test(cell));
