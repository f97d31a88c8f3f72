import { choice, type Expression, optional, repeat, sequence, text } from '../expression.js';

/** Most spaces at the beginning of a line. */
const INDENT = 32;

/**
 * White space where JSON allows it, as people and models write it: nothing, a space, or a new line with an indent. It is
 * limited, since a model that is unsure of what to write likes to write spaces for ever.
 */
const space: Expression = optional(choice(text(' '), sequence(text('\n'), repeat(text(' '), 0, INDENT))));

export const comma: Expression = sequence(text(','), space);
export const colon: Expression = sequence(text(':'), optional(text(' ')));

/** Something between brackets, or nothing between them. */
export function bracketed(open: string, content: Expression, close: string): Expression {
  return sequence(text(open), space, content, space, text(close));
}

/** A reply may begin with a space: that is how the first word of a text is tokenised. */
export function reply(value: Expression): Expression {
  return sequence(optional(text(' ')), value);
}
