import type { JsonSchema } from '../../../conversation/index.js';
import { unsupported } from './unsupported.js';

/** Least and most of something that is counted. */
export function countLimits(
  schema: JsonSchema,
  path: string,
  minimumKeyword: string,
  maximumKeyword: string,
): { readonly minimum: number; readonly maximum: number } {
  const minimum = count(schema[minimumKeyword] ?? 0, `${path}/${minimumKeyword}`);
  const maximum =
    schema[maximumKeyword] === undefined
      ? Number.POSITIVE_INFINITY
      : count(schema[maximumKeyword], `${path}/${maximumKeyword}`);
  if (minimum > maximum)
    throw unsupported(
      path,
      `${minimumKeyword} ${minimum} is more than ${maximumKeyword} ${maximum}`,
      'Mend one of them.',
    );
  return { minimum, maximum };
}

function count(value: unknown, path: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw unsupported(path, `${JSON.stringify(value)} is no count`, 'Give a whole number from 0 on.');
}
