import type { JsonSchema } from '../../../conversation/index.js';
import { choice, type Expression, rule } from '../expression.js';
import { arrayOf } from './array.js';
import { assertDistinct } from './distinct.js';
import { refuseUnknown } from './keywords.js';
import { reply } from './layout.js';
import { numberOf } from './number.js';
import { objectOf } from './object.js';
import { stringOf } from './string.js';
import {
  isOfType,
  type JsonType,
  jsonTypes,
  type Located,
  listOfSchemas,
  type SchemaCompiler,
  typesOf,
} from './types.js';
import { unsupported } from './unsupported.js';
import { anyValue, booleans, literal } from './values.js';

/**
 * The JSON texts that a schema admits, or a large part of them: properties come in the schema's order, and members that
 * the schema does not name are written only where it asks for them or names none. Whatever is written fits the schema.
 *
 * @throws VicunaError `schema-unsupported` naming the place of a keyword that cannot be followed; none is ignored.
 */
export function schemaExpression(schema: JsonSchema): Expression {
  return reply(new Compiler(schema).compile({ schema, path: '' }));
}

class Compiler implements SchemaCompiler {
  readonly #root: JsonSchema;
  readonly #references = new Map<string, Expression>();

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  compile({ schema, path }: Located): Expression {
    if (schema === true) return anyValue;
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
      throw unsupported(path, schema === false ? 'admits nothing' : 'is no schema', 'A schema is an object, or true.');
    const at = schema as JsonSchema;
    refuseUnknown(at, path);
    if (at.$ref !== undefined) return this.#reference(at.$ref, path);
    if (at.const !== undefined) return this.#values([at.const], at, path);
    if (at.enum !== undefined) return this.#enumeration(at, path);
    if (at.anyOf !== undefined) return choice(...this.#alternatives(at.anyOf, `${path}/anyOf`));
    if (at.oneOf !== undefined) {
      assertDistinct(listOfSchemas(at.oneOf, `${path}/oneOf`), `${path}/oneOf`, (reference) =>
        this.#resolve(reference, path),
      );
      return choice(...this.#alternatives(at.oneOf, `${path}/oneOf`));
    }
    if (at.allOf !== undefined) return this.#onlyOne(at.allOf, `${path}/allOf`);
    return choice(...typesOf(at, path).map((type) => this.#ofType(type, { schema: at, path })));
  }

  #ofType(type: JsonType, located: { readonly schema: JsonSchema; readonly path: string }): Expression {
    switch (type) {
      case 'object':
        return objectOf(located, this);
      case 'array':
        return arrayOf(located, this);
      case 'string':
        return stringOf(located);
      case 'number':
      case 'integer':
        return numberOf(type, located);
      case 'boolean':
        return booleans;
      case 'null':
        return literal(null);
    }
  }

  #reference(reference: unknown, path: string): Expression {
    const schema = this.#resolve(reference, path);
    const pointer = String(reference);
    let expression = this.#references.get(pointer);
    if (expression === undefined) {
      expression = rule(pointer, () => this.compile({ schema, path: pointer.slice(1) }));
      this.#references.set(pointer, expression);
    }
    return expression;
  }

  #resolve(reference: unknown, path: string): unknown {
    if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference))
      throw unsupported(`${path}/$ref`, `${JSON.stringify(reference)} leads out of the schema`, 'Refer to #/$defs/… .');
    let schema: unknown = this.#root;
    for (const part of reference.split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (typeof schema !== 'object' || schema === null || !Object.hasOwn(schema, key))
        throw unsupported(`${path}/$ref`, `nothing stands at ${reference}`, 'Mend the reference.');
      schema = (schema as Record<string, unknown>)[key];
    }
    return schema;
  }

  #enumeration(schema: JsonSchema, path: string): Expression {
    if (!Array.isArray(schema.enum) || schema.enum.length === 0)
      throw unsupported(`${path}/enum`, 'lists no values', 'Give an array of at least one.');
    return this.#values(schema.enum, schema, path);
  }

  #values(values: readonly unknown[], schema: JsonSchema, path: string): Expression {
    const types = schema.type === undefined ? jsonTypes : typesOf(schema, path);
    const fitting = values.filter((value) => types.some((type) => isOfType(value, type)));
    if (fitting.length === 0)
      throw unsupported(path, 'none of its values has its type', 'Mend the type or the values.');
    return choice(...fitting.map(literal));
  }

  #alternatives(schemas: unknown, path: string): Expression[] {
    return listOfSchemas(schemas, path).map((schema, index) => this.compile({ schema, path: `${path}/${index}` }));
  }

  #onlyOne(schemas: unknown, path: string): Expression {
    if (listOfSchemas(schemas, path).length > 1)
      throw unsupported(
        path,
        'several schemas at once cannot be followed',
        'Write what they say together as one schema.',
      );
    return this.#alternatives(schemas, path)[0]!;
  }
}
