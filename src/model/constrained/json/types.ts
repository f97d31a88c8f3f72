import type { JsonSchema } from '../../../conversation/index.js';
import type { Expression } from '../expression.js';
import { unsupported } from './unsupported.js';

/** A schema, and where it stands in the whole one (a JSON Pointer). */
export interface Located {
  readonly schema: unknown;
  readonly path: string;
}

/** What the parts of a schema are compiled with. */
export interface SchemaCompiler {
  compile(located: Located): Expression;
}

export const jsonTypes = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
export type JsonType = (typeof jsonTypes)[number];

export function listOfSchemas(schemas: unknown, path: string): readonly unknown[] {
  if (Array.isArray(schemas) && schemas.length > 0) return schemas;
  throw unsupported(path, 'lists no schemas', 'Give an array of at least one.');
}

/** Keywords that speak of one type only, from which the type is inferred where none is named. */
const typeOfKeyword: readonly (readonly [JsonType, readonly string[]])[] = [
  ['object', ['properties', 'required', 'additionalProperties']],
  ['array', ['items', 'prefixItems', 'minItems', 'maxItems']],
  ['string', ['minLength', 'maxLength', 'pattern', 'format']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/** The types a schema names. Where it names none, those its keywords speak of; where there are none either, all. */
export function typesOf(schema: JsonSchema, path: string): readonly JsonType[] {
  const { type } = schema;
  if (type === undefined) {
    const spokenOf = typeOfKeyword.filter(([, keywords]) => keywords.some((keyword) => schema[keyword] !== undefined));
    return spokenOf.length > 0 ? spokenOf.map(([inferred]) => inferred) : jsonTypes.filter((one) => one !== 'integer');
  }
  const types = Array.isArray(type) ? type : [type];
  const unknown = types.find((one) => !jsonTypes.includes(one));
  if (unknown !== undefined || types.length === 0)
    throw unsupported(
      `${path}/type`,
      `${JSON.stringify(unknown ?? type)} is no type`,
      `Types are ${jsonTypes.join(', ')}.`,
    );
  return types as readonly JsonType[];
}

/** Whether a value is of a type. */
export function isOfType(value: unknown, type: JsonType): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
