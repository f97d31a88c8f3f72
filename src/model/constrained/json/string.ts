import type { JsonSchema } from '../../../conversation/index.js';
import { type Expression, repeat, sequence, text } from '../expression.js';
import { anyCharacter } from './characters.js';
import { formats } from './formats.js';
import { countLimits } from './limits.js';
import { matching } from './pattern.js';
import { unsupported } from './unsupported.js';

export function stringOf({ schema, path }: { readonly schema: JsonSchema; readonly path: string }): Expression {
  const { pattern, format } = schema;
  const restrictions = ['pattern', 'format'].filter((keyword) => schema[keyword] !== undefined);
  const isCounted = schema.minLength !== undefined || schema.maxLength !== undefined;
  if (restrictions.length + Number(isCounted) > 1)
    throw unsupported(
      `${path}/${restrictions.at(-1)}`,
      'only one of pattern, format and a length can be followed',
      'Say it all in the pattern.',
    );
  if (pattern !== undefined) return quoted(matching(String(pattern), `${path}/pattern`));
  if (format !== undefined) return quoted(matching(patternOf(format, `${path}/format`), `${path}/format`));
  const { minimum, maximum } = countLimits(schema, path, 'minLength', 'maxLength');
  return quoted(repeat(anyCharacter, minimum, maximum));
}

function quoted(content: Expression): Expression {
  return sequence(text('"'), content, text('"'));
}

function patternOf(format: unknown, path: string): string {
  if (typeof format === 'string' && Object.hasOwn(formats, format)) return formats[format]!;
  throw unsupported(
    path,
    `${JSON.stringify(format)} cannot be followed`,
    `Formats are ${Object.keys(formats).join(', ')}; or give a pattern.`,
  );
}
