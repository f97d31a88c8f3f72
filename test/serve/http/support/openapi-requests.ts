import fc from 'fast-check';

interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

/** Requests that an OpenAPI document admits. */
export function requestsOf(document: object, model: string): fc.Arbitrary<{ path: string; body: unknown }> {
  const { paths } = document as {
    paths: Record<string, { post?: { requestBody: { content: { 'application/json': { schema: Schema } } } } }>;
  };
  const posts = Object.entries(paths).flatMap(([path, { post }]) => {
    if (post === undefined) return [];
    const { schema } = post.requestBody.content['application/json'];
    const known = schema.properties?.model === undefined ? {} : { model };
    return [valuesOf(schema).map((body) => ({ path, body: { ...(body as object), ...known } }))];
  });
  return fc.oneof(...posts);
}

function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(valuesOf));
  switch (schema.type) {
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [name, valuesOf(property)]),
        ),
        { requiredKeys: [...(schema.required ?? [])] },
      );
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(4, schema.maxItems ?? 4),
      });
    case 'string':
      return fc.string({
        minLength: schema.minLength ?? 0,
        maxLength: Math.min(20, schema.maxLength ?? 20),
        unit: 'grapheme',
      });
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -100, -1000), max: Math.min(schema.maximum ?? 100, 1000) });
    case 'number':
      return fc.double({
        min: schema.exclusiveMinimum ?? schema.minimum ?? -10,
        minExcluded: schema.exclusiveMinimum !== undefined,
        max: schema.maximum ?? 10,
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}
