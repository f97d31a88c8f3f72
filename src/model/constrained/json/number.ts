import type { JsonSchema } from '../../../conversation/index.js';
import type { Expression } from '../expression.js';
import { anyInteger, anyNumber, integersIn, numbersIn } from './numbers.js';
import { unsupported } from './unsupported.js';

interface Located {
  readonly schema: JsonSchema;
  readonly path: string;
}

export function numberOf(type: 'number' | 'integer', located: Located): Expression {
  const { schema, path } = located;
  const isWhole = type === 'integer' || schema.multipleOf === 1;
  if (schema.multipleOf !== undefined && schema.multipleOf !== 1)
    throw unsupported(`${path}/multipleOf`, 'only 1 can be followed', 'Count in another unit, or leave it out.');
  const bounds = {
    low: bound(located, 'minimum'),
    above: bound(located, 'exclusiveMinimum'),
    high: bound(located, 'maximum'),
    below: bound(located, 'exclusiveMaximum'),
  };
  const { low = Number.NEGATIVE_INFINITY, above = Number.NEGATIVE_INFINITY } = bounds;
  const { high = Number.POSITIVE_INFINITY, below = Number.POSITIVE_INFINITY } = bounds;
  if (Object.values(bounds).every((value) => value === undefined)) return isWhole ? anyInteger : anyNumber;
  if (isWhole) {
    const minimum = Math.max(Math.ceil(low), Math.floor(above) + 1);
    const maximum = Math.min(Math.floor(high), Math.ceil(below) - 1);
    if (minimum > maximum) throw unsupported(path, 'no whole number is within its bounds', 'Mend a bound.');
    return integersIn({ minimum, maximum });
  }
  for (const [keyword, value] of [
    ['minimum', low],
    ['exclusiveMinimum', above],
    ['maximum', high],
    ['exclusiveMaximum', below],
  ] as const)
    if (Number.isFinite(value) && !Number.isInteger(value))
      throw unsupported(
        `${path}/${keyword}`,
        `${value} is not whole`,
        'Bounds of numbers can be followed where they are whole.',
      );
  const range = {
    minimum: Math.max(low, above),
    includesMinimum: low > above,
    maximum: Math.min(high, below),
    includesMaximum: high < below,
  };
  if (
    range.minimum > range.maximum ||
    (range.minimum === range.maximum && !(range.includesMinimum && range.includesMaximum))
  )
    throw unsupported(path, 'no number is within its bounds', 'Mend a bound.');
  return numbersIn(range);
}

function bound({ schema, path }: Located, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined || (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return value;
  throw unsupported(
    `${path}/${keyword}`,
    `${JSON.stringify(value)} is no bound`,
    'Give a number that is exact in JavaScript.',
  );
}
