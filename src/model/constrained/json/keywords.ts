import type { JsonSchema } from '../../../conversation/index.js';
import { unsupported } from './unsupported.js';

/** Keywords that say nothing about which values are admitted. */
const annotations = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);

/** Keywords that decide alone, with those that may stand beside them. */
const deciding: Readonly<Record<string, readonly string[]>> = {
  $ref: [],
  const: ['type'],
  enum: ['type'],
  anyOf: [],
  oneOf: [],
  allOf: [],
};

const describing = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
]);

/** @throws VicunaError `schema-unsupported` for a keyword that is not known, or not beside another one. */
export function refuseUnknown(schema: JsonSchema, path: string): void {
  const keywords = Object.keys(schema).filter((keyword) => schema[keyword] !== undefined && !annotations.has(keyword));
  for (const keyword of keywords)
    if (!describing.has(keyword) && !(keyword in deciding))
      throw unsupported(
        `${path}/${keyword}`,
        'this keyword cannot be followed while writing',
        'Leave it out, and check the reply.',
      );
  const decider = keywords.find((keyword) => keyword in deciding);
  if (decider === undefined) return;
  const beside = keywords.find((keyword) => keyword !== decider && !deciding[decider]!.includes(keyword));
  if (beside !== undefined)
    throw unsupported(
      `${path}/${beside}`,
      `cannot be followed beside ${decider}`,
      `Move it into what ${decider} names.`,
    );
}
