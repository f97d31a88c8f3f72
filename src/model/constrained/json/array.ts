import type { JsonSchema } from '../../../conversation/index.js';
import { type Expression, nothing, optional, repeat, sequence } from '../expression.js';
import { bracketed, comma } from './layout.js';
import { countLimits } from './limits.js';
import type { SchemaCompiler } from './types.js';
import { unsupported } from './unsupported.js';
import { anyValue, listOf } from './values.js';

export function arrayOf(
  { schema, path }: { readonly schema: JsonSchema; readonly path: string },
  compiler: SchemaCompiler,
): Expression {
  const limits = countLimits(schema, path, 'minItems', 'maxItems');
  const first = schema.prefixItems === undefined ? [] : prefix(schema.prefixItems, `${path}/prefixItems`, compiler);
  // Beyond a prefix, items are written only where the schema speaks of them.
  const further =
    schema.items === false || (schema.items === undefined && first.length > 0)
      ? undefined
      : items(schema, path, compiler);
  const minimum = limits.minimum;
  const maximum = further === undefined ? Math.min(limits.maximum, first.length) : limits.maximum;
  if (minimum > maximum)
    throw unsupported(path, `it has at least ${minimum} items and describes ${maximum}`, 'Describe them all.');
  if (first.length === 0)
    return bracketed('[', further === undefined ? nothing : listOf(further, minimum, maximum), ']');

  /** What follows once `written` items are there. */
  const rest = (written: number): Expression => {
    if (written >= maximum) return nothing;
    const separator = written === 0 ? nothing : comma;
    if (written >= first.length)
      return repeat(sequence(comma, further!), Math.max(0, minimum - written), maximum - written);
    const more = sequence(separator, first[written]!, rest(written + 1));
    return written >= minimum ? optional(more) : more;
  };
  return bracketed('[', rest(0), ']');
}

function prefix(schemas: unknown, path: string, compiler: SchemaCompiler): Expression[] {
  if (!Array.isArray(schemas)) throw unsupported(path, 'lists no schemas', 'Give an array.');
  return schemas.map((schema, index) => compiler.compile({ schema, path: `${path}/${index}` }));
}

function items(schema: JsonSchema, path: string, compiler: SchemaCompiler): Expression {
  return schema.items === undefined ? anyValue : compiler.compile({ schema: schema.items, path: `${path}/items` });
}
