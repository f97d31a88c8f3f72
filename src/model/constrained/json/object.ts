import type { JsonSchema } from '../../../conversation/index.js';
import { choice, type Expression, nothing, optional, repeat, rule, sequence } from '../expression.js';
import { keyOtherThan } from './keys.js';
import { bracketed, colon, comma } from './layout.js';
import type { SchemaCompiler } from './types.js';
import { unsupported } from './unsupported.js';
import { anyValue, literal } from './values.js';

interface Member {
  readonly expression: Expression;
  readonly isRequired: boolean;
}

export function objectOf(
  { schema, path }: { readonly schema: JsonSchema; readonly path: string },
  compiler: SchemaCompiler,
): Expression {
  const properties = record(schema.properties ?? {}, `${path}/properties`);
  const required = names(schema.required ?? [], `${path}/required`);
  const further = furtherMember(schema, path, Object.keys(properties), required, compiler);
  const unnamed = required.filter((name) => !Object.hasOwn(properties, name));
  if (unnamed.length > 0 && (schema.additionalProperties === false || typeof schema.additionalProperties === 'object'))
    throw unsupported(
      `${path}/required`,
      `${JSON.stringify(unnamed[0])} is not among the properties`,
      'Describe it there.',
    );
  const members = [
    ...Object.entries(properties).map(([name, property]) => ({
      expression: sequence(
        literal(name),
        colon,
        compiler.compile({ schema: property, path: `${path}/properties/${pointerPart(name)}` }),
      ),
      isRequired: required.includes(name),
    })),
    ...unnamed.map((name) => ({ expression: sequence(literal(name), colon, anyValue), isRequired: true })),
  ];
  return bracketed('{', membersInOrder(members, further), '}');
}

/** Rules, since every optional member doubles the ways to go on, though there are only two places to go on from. */
function membersInOrder(members: readonly Member[], further: Expression | undefined): Expression {
  const end = (hasSome: boolean): Expression => {
    if (further === undefined) return nothing;
    const more = repeat(sequence(comma, further), 0);
    return hasSome ? more : optional(sequence(further, more));
  };
  let afterSome = end(true);
  let afterNone = end(false);
  for (const { expression, isRequired } of [...members].reverse()) {
    const [some, none] = [afterSome, afterNone];
    const separated = sequence(comma, expression, some);
    const first = sequence(expression, some);
    afterSome = rule('members', () => (isRequired ? separated : choice(separated, some)));
    afterNone = rule('members', () => (isRequired ? first : choice(first, none)));
  }
  return afterNone;
}

/** A member that is not named; `undefined` where there is none. */
function furtherMember(
  schema: JsonSchema,
  path: string,
  named: readonly string[],
  required: readonly string[],
  compiler: SchemaCompiler,
): Expression | undefined {
  const { additionalProperties } = schema;
  if (additionalProperties === false) return undefined;
  if (additionalProperties === undefined && (named.length > 0 || required.length > 0)) return undefined;
  const value =
    additionalProperties === undefined
      ? anyValue
      : compiler.compile({ schema: additionalProperties, path: `${path}/additionalProperties` });
  return sequence(keyOtherThan([...named, ...required]), colon, value);
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw unsupported(path, 'names no properties', 'Give an object of schemas.');
}

function names(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw unsupported(path, 'lists no names', 'Give an array of strings.');
}

function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
