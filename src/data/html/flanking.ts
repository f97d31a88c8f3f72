const whitespace = /[\s\u0085]/u;
const anyPunctuation = /[\p{P}\p{S}]/u;
const surePunctuation = /[\p{P}$+<=>^`|~]/u;

/** What a character is to a run of delimiters beside it. */
export interface Neighbour {
  readonly isSpace: boolean;
  readonly isPunctuation: boolean;
}

/**
 * The kind of the character at a delimiter run's side; a line's edge counts as white space.
 *
 * @param strict - whether symbols such as emoji count as punctuation. CommonMark says so since 0.31; older readers
 * differ, so a neighbour that must not be punctuation is asked strictly, one that must be is not.
 */
export function neighbour(character: string | undefined, strict: boolean): Neighbour {
  if (character === undefined || character === '') return { isSpace: true, isPunctuation: false };
  const isSpace = whitespace.test(character);
  return { isSpace, isPunctuation: !isSpace && (strict ? anyPunctuation : surePunctuation).test(character) };
}

/** Whether every reader lets a run of `*` or `~` act with `inside` on its inner side: CommonMark 0.31, 6.2. */
export function flanks(outside: string | undefined, inside: string | undefined): boolean {
  const inner = neighbour(inside, true);
  if (inner.isSpace) return false;
  if (!inner.isPunctuation) return true;
  const outer = neighbour(outside, false);
  return outer.isSpace || outer.isPunctuation;
}

/**
 * Whether some reader lets a run of a delimiter act with `inside` on its inner side; where readers differ, yes.
 */
export function mayActAs(delimiter: string, outside: string | undefined, inside: string | undefined): boolean {
  const inner = neighbour(inside, false);
  const outer = neighbour(outside, true);
  if (inner.isSpace || (inner.isPunctuation && !outer.isSpace && !outer.isPunctuation)) return false;
  // An underscore inside a word is never markup.
  return delimiter !== '_' || outer.isPunctuation || !flanks(inside, outside);
}

/** The character that ends before a position. */
export function characterBefore(text: string, position: number): string | undefined {
  if (position <= 0) return undefined;
  const low = text.charCodeAt(position - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && position >= 2;
  return text.slice(position - (isPair ? 2 : 1), position);
}

/** The character that starts at a position. */
export function characterAt(text: string, position: number): string | undefined {
  const point = text.codePointAt(position);
  return point === undefined ? undefined : String.fromCodePoint(point);
}
