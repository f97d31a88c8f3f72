import fc from 'fast-check';
import type { JsonSchema } from '../../../../src/conversation/index.js';

const name = fc.constantFrom('name', 'age', 'kind', 'na"me', 'é', 'a', 'ab', 'tags');
const whole = fc.integer({ min: -1200, max: 1200 });

const strings = fc.oneof(
  fc.constant({ type: 'string' }),
  fc
    .tuple(fc.nat(4), fc.nat(4))
    .map(([least, more]) => ({ type: 'string', minLength: least, maxLength: least + more })),
  fc.constantFrom('^[a-c]{2,4}$', '\\d+-x', '^(?:ja|nein)?$', '^[^"\\\\]+$', 'é|ü', '^\\w\\s?\\W$').map((pattern) => ({
    type: 'string',
    pattern,
  })),
  fc.constantFrom('date', 'time', 'date-time', 'uuid', 'ipv4', 'hostname', 'email').map((format) => ({
    type: 'string',
    format,
  })),
);
const numbers = fc
  .record(
    {
      type: fc.constantFrom('number', 'integer'),
      minimum: whole,
      exclusiveMinimum: whole,
      above: fc.integer({ min: 2, max: 500 }),
      isExclusive: fc.boolean(),
    },
    { requiredKeys: ['type'] },
  )
  .map(({ type, minimum, exclusiveMinimum, above, isExclusive }) => {
    const low = Math.max(minimum ?? -Infinity, exclusiveMinimum ?? -Infinity);
    const high = above === undefined ? undefined : (Number.isFinite(low) ? low : 0) + above;
    return {
      type,
      ...(minimum === undefined ? {} : { minimum }),
      ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }),
      ...(high === undefined ? {} : { [isExclusive ? 'exclusiveMaximum' : 'maximum']: high }),
    };
  });
const fixed = fc
  .uniqueArray(fc.oneof(fc.string(), whole, fc.boolean(), fc.constant(null), fc.constant({ a: [1, 'x'] })), {
    minLength: 1,
    maxLength: 3,
    selector: (value) => JSON.stringify(value),
  })
  .chain((values) => fc.constantFrom<JsonSchema>({ enum: values }, { const: values[0] }));

/** Schemas that can be followed, nested up to three deep. */
export const schemas: fc.Arbitrary<JsonSchema> = fc.letrec<{ schema: JsonSchema; deep: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom({ type: 'boolean' }, { type: 'null' }),
    strings,
    numbers,
    fixed,
    tie('deep'),
  ),
  deep: fc.oneof(
    fc
      .record({
        entries: fc.uniqueArray(fc.tuple(name, tie('schema'), fc.boolean()), {
          maxLength: 4,
          selector: ([key]) => key,
        }),
        further: fc.option(fc.oneof(fc.boolean(), tie('schema')), { nil: undefined }),
      })
      .map(({ entries, further }) => ({
        type: 'object',
        properties: Object.fromEntries(entries.map(([key, schema]) => [key, schema])),
        required: entries.filter(([, , required]) => required).map(([key]) => key),
        ...(further === undefined ? {} : { additionalProperties: further }),
      })),
    fc
      .record({ items: tie('schema'), least: fc.nat(2), more: fc.nat(3) })
      .map(({ items, least, more }) => ({ type: 'array', items, minItems: least, maxItems: least + more })),
    fc
      .record({
        prefix: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        items: fc.oneof(fc.constant(false), tie('schema')),
      })
      .map(({ prefix, items }) => ({ type: 'array', prefixItems: prefix, items })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.uniqueArray(fc.constantFrom('string', 'integer', 'null', 'boolean'), { minLength: 1 }).map((type) => ({ type })),
  ),
})).schema;
