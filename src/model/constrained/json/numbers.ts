import { character, choice, type Expression, nothing, oneOf, optional, repeat, sequence, text } from '../expression.js';

// Digits are limited so that a number is always one that JavaScript can hold, and a weak model cannot write one for ever.
const INTEGER_DIGITS = 15;
const FRACTION_DIGITS = 16;
const EXPONENT_DIGITS = 2;

const digit = character([0x30, 0x39]);
const naturalDigits = (most: number) =>
  choice(text('0'), sequence(character([0x31, 0x39]), repeat(digit, 0, most - 1)));
const fraction = sequence(text('.'), repeat(digit, 1, FRACTION_DIGITS));

/** Any integer of up to 15 digits. */
export const anyInteger: Expression = sequence(optional(text('-')), naturalDigits(INTEGER_DIGITS));

/** Any number of up to 15 digits, 16 of a fraction and 2 of an exponent. */
export const anyNumber: Expression = sequence(
  anyInteger,
  optional(fraction),
  optional(sequence(oneOf('eE'), optional(oneOf('+-')), repeat(digit, 1, EXPONENT_DIGITS))),
);

/** Bounds that belong to the range; either may be infinite. */
export interface IntegerRange {
  readonly minimum: number;
  readonly maximum: number;
}

/** The integers of a range. */
export function integersIn({ minimum, maximum }: IntegerRange): Expression {
  const options: Expression[] = [];
  if (minimum < 0) {
    const natural = naturalsIn(Math.max(1, -maximum), -minimum);
    options.push(sequence(text('-'), natural));
  }
  if (maximum >= 0) options.push(naturalsIn(Math.max(0, minimum), maximum));
  return choice(...options);
}

/** What a range of numbers begins and ends at: integers, which belong to it or not. */
export interface NumberRange {
  readonly minimum: number;
  readonly includesMinimum: boolean;
  readonly maximum: number;
  readonly includesMaximum: boolean;
}

/** The numbers of a range, without exponents. */
export function numbersIn(range: NumberRange): Expression {
  const options: Expression[] = [];
  if (range.minimum < 0)
    options.push(
      sequence(
        text('-'),
        magnitudes({
          minimum: Math.max(0, -range.maximum),
          includesMinimum: range.maximum < 0 && range.includesMaximum,
          maximum: -range.minimum,
          includesMaximum: range.includesMinimum,
        }),
      ),
    );
  if (range.maximum > 0 || (range.maximum === 0 && range.includesMaximum))
    options.push(
      magnitudes({
        ...range,
        minimum: Math.max(0, range.minimum),
        includesMinimum: range.minimum < 0 || range.includesMinimum,
      }),
    );
  return choice(...options.filter((option) => option !== empty));
}

const empty: Expression = choice();

/** Numbers from 0 on, without a sign. */
function magnitudes({ minimum, includesMinimum, maximum, includesMaximum }: NumberRange): Expression {
  const options: Expression[] = [];
  const zeros = optional(sequence(text('.'), repeat(text('0'), 1, FRACTION_DIGITS)));
  // With the fraction that follows it, an integer part below the maximum stays below it.
  const first = includesMinimum ? minimum : minimum + 1;
  if (first < maximum) options.push(sequence(naturalsIn(first, maximum - 1), optional(fraction)));
  if (!includesMinimum && minimum < maximum) options.push(sequence(text(String(minimum)), positiveFraction));
  if (includesMaximum && (includesMinimum ? minimum <= maximum : minimum < maximum))
    options.push(sequence(text(String(maximum)), zeros));
  return options.length === 0 ? empty : choice(...options);
}

const positiveFraction = sequence(
  text('.'),
  repeat(text('0'), 0, FRACTION_DIGITS - 1),
  character([0x31, 0x39]),
  repeat(digit, 0, FRACTION_DIGITS - 1),
);

/** Integers from 0 on, in digits without leading zeros. */
function naturalsIn(minimum: number, maximum: number): Expression {
  if (maximum === Number.POSITIVE_INFINITY) {
    const digits = String(minimum).length;
    const nines = 10 ** digits - 1;
    const longer = sequence(character([0x31, 0x39]), repeat(digit, digits, Math.max(digits, INTEGER_DIGITS - 1)));
    return choice(naturalsIn(minimum, nines), longer);
  }
  const options: Expression[] = [];
  for (let low = minimum; low <= maximum; ) {
    const high = Math.min(maximum, 10 ** String(low).length - 1);
    options.push(sameLength(String(low), String(high)));
    low = high + 1;
  }
  return choice(...options);
}

/** Digit strings of one length between two of them. */
function sameLength(low: string, high: string): Expression {
  if (low === '') return nothing;
  const first = Number(low[0]);
  const last = Number(high[0]);
  const rest = low.length - 1;
  if (/^0*$/.test(low.slice(1)) && /^9*$/.test(high.slice(1)))
    return sequence(digits(first, last), repeat(digit, rest, rest));
  if (first === last) return sequence(digits(first, first), sameLength(low.slice(1), high.slice(1)));
  return choice(
    sequence(digits(first, first), sameLength(low.slice(1), '9'.repeat(rest))),
    ...(last - first > 1 ? [sequence(digits(first + 1, last - 1), repeat(digit, rest, rest))] : []),
    sequence(digits(last, last), sameLength('0'.repeat(rest), high.slice(1))),
  );
}

function digits(first: number, last: number): Expression {
  return character([0x30 + first, 0x30 + last]);
}
