import type { JsonSchema } from '../../../conversation/index.js';
import { isOfType, type JsonType, jsonTypes, typesOf } from './types.js';
import { unsupported } from './unsupported.js';

/** Finds what a `$ref` names. */
export type Resolve = (reference: unknown) => unknown;

/**
 * `oneOf` asks that no other alternative admits the value. What is written cannot be taken back, so it has to be certain
 * from the schemas: other types, other fixed values, or objects with another fixed value of a property that both require.
 *
 * @throws VicunaError `schema-unsupported` naming two alternatives that may both admit a value.
 */
export function assertDistinct(schemas: readonly unknown[], path: string, resolve: Resolve): void {
  const resolved = schemas.map((schema) => dereferenced(schema, resolve));
  for (const [index, first] of resolved.entries())
    for (const [before, second] of resolved.slice(0, index).entries())
      if (!areDistinct(first, second, resolve, path))
        throw unsupported(
          path,
          `alternatives ${before} and ${index} may both admit the same value`,
          'Use anyOf, or give both a required property with different const values.',
        );
}

function areDistinct(first: unknown, second: unknown, resolve: Resolve, path: string): boolean {
  if (!isSchema(first) || !isSchema(second)) return false;
  const [values, others] = [fixedValues(first), fixedValues(second)];
  if (values !== undefined && others !== undefined) return !values.some((value) => others.includes(value));
  const [types, otherTypes] = [typesAdmitted(first, path), typesAdmitted(second, path)];
  if (!types.some((type) => otherTypes.some((other) => overlap(type, other)))) return true;
  if (![...types, ...otherTypes].every((type) => type === 'object')) return false;
  return requiredNames(first).some((name) => {
    if (!requiredNames(second).includes(name)) return false;
    const [mine, theirs] = [property(first, name, resolve), property(second, name, resolve)].map(fixedValues);
    return mine !== undefined && theirs !== undefined && !mine.some((value) => theirs.includes(value));
  });
}

function dereferenced(schema: unknown, resolve: Resolve): unknown {
  let at = schema;
  for (const seen = new Set<unknown>(); isSchema(at) && at.$ref !== undefined && !seen.has(at); at = resolve(at.$ref))
    seen.add(at);
  return at;
}

function fixedValues(schema: unknown): readonly string[] | undefined {
  if (!isSchema(schema)) return undefined;
  const values = schema.const !== undefined ? [schema.const] : schema.enum;
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : undefined;
}

function typesAdmitted(schema: JsonSchema, path: string): readonly JsonType[] {
  const values = schema.const !== undefined ? [schema.const] : schema.enum;
  if (Array.isArray(values)) return jsonTypes.filter((type) => values.some((value) => isOfType(value, type)));
  if (schema.anyOf !== undefined || schema.oneOf !== undefined || schema.allOf !== undefined) return jsonTypes;
  return typesOf(schema, path);
}

function overlap(first: JsonType, second: JsonType): boolean {
  const both = [first, second];
  return first === second || (both.includes('integer') && both.includes('number'));
}

function requiredNames(schema: JsonSchema): readonly unknown[] {
  return Array.isArray(schema.required) ? schema.required : [];
}

function property(schema: JsonSchema, name: unknown, resolve: Resolve): unknown {
  const { properties } = schema;
  return isSchema(properties) ? dereferenced(properties[String(name)], resolve) : undefined;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
