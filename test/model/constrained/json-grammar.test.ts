import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/conversation/index.js';
import { Random } from '../../../src/core/index.js';
import { JsonGrammar, TokenTrie } from '../../../src/model/constrained/index.js';
import { formats } from '../../../src/model/constrained/json/formats.js';
import { schemas } from './support/schemas.js';
import { canWrite, smallVocabulary, writeAtRandom } from './support/writing.js';

const words = [
  '{"',
  '":',
  '": "',
  ', "',
  '"}',
  '"]',
  'true',
  'null',
  '12',
  '0.5',
  ' {',
  '\n  ',
  'é',
  'name',
  '\\"',
  'aa',
];
const { tokens, end } = smallVocabulary(words);
const trie = new TokenTrie(tokens);

// The patterns stand for a part of each format, so whoever follows them has the format.
const ajv = new Ajv2020({ strict: false });
for (const [name, pattern] of Object.entries(formats)) ajv.addFormat(name, new RegExp(pattern));

const person: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0, maximum: 130 },
    tags: { type: 'array', items: { enum: ['a', 'b'] } },
  },
  required: ['name', 'age'],
};

const tree: JsonSchema = {
  $ref: '#/$defs/node',
  $defs: {
    node: {
      type: 'object',
      properties: { value: { type: 'integer' }, next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } },
      required: ['value', 'next'],
    },
  },
};

describe('whatever is written under a schema', () => {
  it('fits it, however the tokens are drawn', () => {
    let written = 0;
    fc.assert(
      fc.property(schemas, fc.nat(), (schema, seed) => {
        const random = Random.fromSeed(seed, 'write');
        const grammar = new JsonGrammar(schema, trie, [end]);
        const reply = writeAtRandom(grammar, tokens, end, (count) => Math.floor(random.uniform() * count), 600);
        // A long string may still be under way.
        if (reply === undefined) return;
        written++;
        const value: unknown = JSON.parse(reply);
        expect(ajv.validate(schema, value), `${JSON.stringify(schema)} -> ${reply}: ${ajv.errorsText()}`).toBe(true);
      }),
      { numRuns: 400 },
    );
    expect(written).toBeGreaterThan(200);
  });
});

describe('what a schema admits can be written', () => {
  it.each<[JsonSchema, string]>([
    [person, '{"name":"Ada","age":36}'],
    [person, '{"name": "A\\u00e9\\ud83d\\ude00\\n\\"", "age": 0, "tags": ["a", "b"]}'],
    [person, '{\n  "name": "日本 😀",\n  "age": 130,\n  "tags": []\n}'],
    [person, ' {"name":"","age":7}'],
    [tree, '{"value":1,"next":{"value":-2,"next":{"value":30,"next":null}}}'],
    [{}, '{"any":[1.5e3,{"deep":[[],{}]},null,true,"x"]}'],
    [{ type: 'object' }, '{"free": 1, "": []}'],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, '{"a":1,"b":2}'],
    [{ ...person, additionalProperties: true }, '{"name":"x","age":1,"names":null,"nam":[],"":0}'],
    [{ type: 'number', minimum: -2, exclusiveMaximum: 10 }, '9.75'],
    [{ type: 'number', minimum: -2, exclusiveMaximum: 10 }, '-2.0'],
    [{ type: 'number', exclusiveMinimum: 3 }, '3.001'],
    [{ type: 'integer', minimum: 95, maximum: 1204 }, '1199'],
    [{ type: ['string', 'null'] }, 'null'],
    [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, '12'],
    [{ type: 'string', pattern: 'b+' }, '"abba"'],
    [{ type: 'string', format: 'date' }, '"2026-11-30"'],
    [{ type: 'array', minItems: 2, maxItems: 2, items: { type: 'boolean' } }, '[true, false]'],
    [{ allOf: [{ const: { a: 'é' } }] }, '{"a":"é"}'],
  ])('%j: %s', (schema, text) => {
    expect(canWrite(schema, text)).toBe(true);
  });
});

describe('what a schema does not admit cannot be written', () => {
  it.each<[JsonSchema, string]>([
    [person, '{"name":"Ada"}'],
    [person, '{"age":36,"name":"Ada"}'],
    [person, '{"name":"Ada","age":131}'],
    [person, '{"name":"Ada","age":036}'],
    [person, '{"name":"Ada","age":36,"more":1}'],
    [person, '{"name":"Ada","age":36}}'],
    [person, '{"name":"A\nB","age":1}'],
    [person, '{"name":"\\ud83d","age":1}'],
    [{ ...person, additionalProperties: true }, '{"name":"x","age":1,"name":2}'],
    [{ ...person, additionalProperties: true }, '{"name":"x","age":1,"n\\u0061me":2}'],
    [{ type: 'number', minimum: -2, exclusiveMaximum: 10 }, '10'],
    [{ type: 'number', minimum: -2, exclusiveMaximum: 10 }, '-2.5'],
    [{ type: 'number', exclusiveMinimum: 3 }, '3.0'],
    [{ type: 'integer', minimum: 95, maximum: 1204 }, '1205'],
    [{ type: 'string', pattern: '^b+$' }, '"abba"'],
    [{ type: 'string', format: 'date' }, '"2026-02-30"'],
    [{ type: 'string', maxLength: 2 }, '"abc"'],
    [{ type: 'array', items: false }, '[1]'],
  ])('%j: %s', (schema, text) => {
    expect(canWrite(schema, text)).toBe(false);
  });
});

describe('a length', () => {
  it('counts characters, whatever their form', () => {
    const schema = { type: 'string', minLength: 2, maxLength: 2 };
    for (const text of ['"ab"', '"é😀"', '"\\n\\u00e9"', '"\\ud83d\\ude00x"'])
      expect(canWrite(schema, text), text).toBe(true);
    for (const text of ['"a"', '"😀"', '"abc"']) expect(canWrite(schema, text), text).toBe(false);
  });
});

describe('a schema that cannot be followed', () => {
  it.each<[JsonSchema, RegExp]>([
    [{ type: 'object', properties: { a: { not: {} } } }, /\/properties\/a\/not: this keyword cannot be followed/],
    [{ type: 'object', properties: { 'a/b': { type: 'date' } } }, /\/properties\/a~1b\/type: "date" is no type/],
    [{ type: 'string', pattern: '(?=a)b' }, /\/pattern: "\(\?=a\)" in a pattern/],
    [{ type: 'string', pattern: '(' }, /\/pattern: "\(" is no regular expression/],
    [{ type: 'string', format: 'uri' }, /\/format: "uri" cannot be followed.*date-time/],
    [{ type: 'number', minimum: 0.5 }, /\/minimum: 0\.5 is not whole/],
    [{ type: 'integer', minimum: 3, maximum: 2 }, /no whole number is within its bounds/],
    [{ type: 'number', multipleOf: 0.1 }, /\/multipleOf: only 1/],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, /\/oneOf: alternatives 0 and 1 may both admit/],
    [{ enum: ['a'], minLength: 2 }, /\/minLength: cannot be followed beside enum/],
    [{ type: 'integer', enum: ['a'] }, /none of its values has its type/],
    [{ $ref: 'other.json' }, /\/\$ref: "other\.json" leads out of the schema/],
    [{ $ref: '#/$defs/none' }, /\/\$ref: nothing stands at #\/\$defs\/none/],
    [{ $ref: '#' }, /# stands for itself before anything is written/],
    [{ allOf: [{}, {}] }, /\/allOf: several schemas at once/],
    [{ type: 'object', patternProperties: {} }, /\/patternProperties/],
    [{ items: { minItems: 2, maxItems: 1 } }, /\/items: minItems 2 is more than maxItems 1/],
  ])('%j is refused by name', (schema, message) => {
    const compile = () => new JsonGrammar(schema, trie, [end]);
    expect(compile).toThrow(message);
    expect(compile).toThrow(expect.objectContaining({ code: 'schema-unsupported' }));
  });

  it('with alternatives that a required constant tells apart is followed', () => {
    const kind = (value: string, more: object) => ({
      type: 'object',
      properties: { kind: { const: value }, ...more },
      required: ['kind'],
    });
    const schema = { oneOf: [kind('dog', { barks: { type: 'boolean' } }), kind('cat', {})] };
    expect(canWrite(schema, '{"kind":"dog","barks":true}')).toBe(true);
    expect(canWrite(schema, '{"kind":"cat","barks":true}')).toBe(false);
  });

  it('in a vocabulary without the characters says so', () => {
    const poor = [new TextEncoder().encode('a'), undefined];
    const constraint = new JsonGrammar({ type: 'null' }, new TokenTrie(poor), [1]).constrain();
    expect(() => constraint.mask(new Float32Array(2))).toThrow(/no token of the vocabulary can come next/);
  });
});

describe('a mask', () => {
  it('leaves exactly the tokens whose bytes can all come next', () => {
    const grammar = new JsonGrammar(person, trie, [end]);
    const constraint = grammar.constrain();
    const text = new TextEncoder().encode('{"name": "A", "age": 12}');
    for (let written = 0; written <= text.length; written++) {
      const logits = new Float32Array(tokens.length);
      constraint.mask(logits);
      for (const [id, bytes] of tokens.entries()) {
        const plain = grammar.constrain();
        const isAllowed =
          id === end ? written === text.length : acceptsAll(plain, [...text.subarray(0, written), ...bytes!]);
        expect(logits[id] === 0, `after ${written} bytes, token ${id}`).toBe(isAllowed);
      }
      if (written < text.length) constraint.accept(text[written]!);
    }
  });

  it('is the same for replies that are written side by side, also beyond the states that are remembered', () => {
    const grammar = new JsonGrammar({ type: 'string', minLength: 9000 }, trie, [end]);
    const [one, other] = [grammar.constrain(), grammar.constrain()];
    one.accept(0x22);
    for (let count = 0; count < 8500; count++) one.accept(0x61);
    other.accept(0x22);
    for (const constraint of [one, other])
      for (let count = 0; count < (constraint === one ? 500 : 9000); count++) {
        if (count % 250 === 0) expect(allowsQuote(constraint)).toBe(false);
        constraint.accept(0x61);
      }
    expect([one, other].map(allowsQuote)).toEqual([true, true]);
  });
});

function allowsQuote(constraint: { mask(logits: Float32Array): void }): boolean {
  const logits = new Float32Array(tokens.length);
  constraint.mask(logits);
  return logits[0x22] === 0;
}

function acceptsAll(constraint: ReturnType<JsonGrammar['constrain']>, bytes: readonly number[]): boolean {
  for (const byte of bytes) {
    if (constraint.isComplete) return false;
    const logits = new Float32Array(tokens.length);
    constraint.mask(logits);
    if (logits[byte] !== 0) return false;
    constraint.accept(byte);
  }
  return true;
}
