import { choice, type Expression, nothing, optional, repeat, rule, sequence, text } from '../expression.js';
import { anyCharacter } from './characters.js';
import { bracketed, colon, comma } from './layout.js';
import { anyNumber } from './numbers.js';

export const anyString: Expression = sequence(text('"'), repeat(anyCharacter, 0), text('"'));

export const booleans: Expression = choice(text('true'), text('false'));

/** Any JSON value, nested without limit. */
export const anyValue: Expression = rule('any value', () =>
  choice(anyString, anyNumber, booleans, text('null'), anyArray, anyObject),
);

export const anyArray: Expression = bracketed('[', listOf(anyValue, 0, Number.POSITIVE_INFINITY), ']');

export const anyObject: Expression = bracketed(
  '{',
  listOf(sequence(anyString, colon, anyValue), 0, Number.POSITIVE_INFINITY),
  '}',
);

/** Some of the same kind with commas between. */
export function listOf(item: Expression, minimum: number, maximum: number): Expression {
  if (maximum === 0) return nothing;
  const some = sequence(item, repeat(sequence(comma, item), Math.max(0, minimum - 1), maximum - 1));
  return minimum === 0 ? optional(some) : some;
}

/** A value as `JSON.stringify` writes it. */
export function literal(value: unknown): Expression {
  return text(JSON.stringify(value));
}
