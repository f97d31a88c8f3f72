import { type CodePointRange, character, choice, type Expression, oneOf, sequence, text } from '../expression.js';
import { complement, single } from './code-points.js';

/** Characters that a JSON string holds only in an escaped form: control characters, the quote and the backslash. */
export const escapedOnly: readonly CodePointRange[] = [[0x00, 0x1f], single('"'), single('\\')];

/** The short escapes of JSON, by the character they stand for. */
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

const plain = complement(escapedOnly);

const hexDigit = character([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]);
const highSurrogate = sequence(oneOf('dD'), oneOf('89abAB'), hexDigit, hexDigit);
const lowSurrogate = sequence(oneOf('dD'), oneOf('cdefCDEF'), hexDigit, hexDigit);
const notSurrogate = choice(
  sequence(
    character([0x30, 0x39], [0x41, 0x43], [0x45, 0x46], [0x61, 0x63], [0x65, 0x66]),
    hexDigit,
    hexDigit,
    hexDigit,
  ),
  sequence(oneOf('dD'), character([0x30, 0x37]), hexDigit, hexDigit),
);

/** Any character of a JSON string that stands for itself. */
export const plainCharacter: Expression = character(...plain);

/** Any character of a JSON string in any of its forms: itself, escaped, or as one or two `\u` escapes. */
export const anyCharacter: Expression = choice(
  plainCharacter,
  sequence(text('\\'), oneOf('"\\/bfnrt')),
  sequence(text('\\u'), notSurrogate),
  sequence(text('\\u'), highSurrogate, text('\\u'), lowSurrogate),
);

/** One character out of a set, in the one form that `JSON.stringify` gives it. */
export function jsonCharacter(ranges: readonly CodePointRange[]): Expression {
  return choice(
    character(...ranges.flatMap(([first, last]) => clip(plain, first, last))),
    ...ranges.flatMap(([first, last]) => clip(escapedOnly, first, last)).flatMap(escaped),
  );
}

function clip(ranges: readonly CodePointRange[], first: number, last: number): CodePointRange[] {
  return ranges
    .map(([from, to]): CodePointRange => [Math.max(first, from), Math.min(last, to)])
    .filter(([from, to]) => from <= to);
}

function escaped([first, last]: CodePointRange): Expression[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const code = first + index;
    return text(SHORT_ESCAPES[String.fromCodePoint(code)] ?? `\\u${code.toString(16).padStart(4, '0')}`);
  });
}
