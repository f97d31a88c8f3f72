import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/io/index.js';
import { flaws, inChunks, readItems, values } from '../support/json-input.js';

/** JSON text of a value with white space put wherever JSON allows it. */
const spacedJson = (value: unknown, space: () => string): string => {
  if (Array.isArray(value))
    return `[${space()}${value.map((item) => spacedJson(item, space)).join(`${space()},${space()}`)}${space()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, item]) => `${JSON.stringify(name)}${space()}:${space()}${spacedJson(item, space)}`,
  );
  return `{${space()}${fields.join(`${space()},${space()}`)}${space()}}`;
};

/** Text rich in what the scanner must not stumble over: quotes, backslashes, brackets, several bytes a character. */
const trickyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', '\n', '\u0000', 'é', '漢', '😀', '\ud800'),
    fc.string(),
  ),
});
const anyJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      trickyText,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(trickyText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

const whiteSpace = fc.infiniteStream(fc.constantFrom('', '', '', ' ', '\n', '\r\n', '\t', ' \n  '));

async function elements(bytes: Uint8Array, breaks: readonly number[]) {
  const items = [];
  for await (const item of readJson(inChunks(bytes, breaks))) items.push(item);
  return items;
}

describe('reading a JSON array', () => {
  it('gives what JSON.parse gives, whatever the values, the white space and the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyJson), whiteSpace, fc.array(fc.nat()), async (array, spaces, cuts) => {
        const space = () => spaces.next().value;
        const bytes = Buffer.from(`${space()}${spacedJson(array, space)}${space()}`);
        const items = await elements(
          bytes,
          cuts.map((cut) => cut % (bytes.length + 1)),
        );
        expect(values(items)).toEqual(JSON.parse(bytes.toString()));
        expect(flaws(items)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same at every single chunk boundary, also inside characters and escapes', async () => {
    const array = [
      { id: 'é漢😀', text: 'a "quoted\\" \\\\ \n [{' },
      -1.5e-7,
      '',
      'x\\',
      [],
      {},
      [[{ deep: ['}'] }]],
      true,
      null,
    ];
    const bytes = Buffer.from(`\ufeff ${JSON.stringify(array, null, 1)}\r\n`);
    for (let cut = 0; cut <= bytes.length; cut++) expect(values(await elements(bytes, [cut]))).toEqual(array);
    expect(values(await elements(bytes, [...bytes.keys()]))).toEqual(array);
  });

  it('says on which line and at which byte each element begins', async () => {
    const items = await readItems('[\n {"a": 1},\n\n "é", {"b":\n 2}\n]', { chunkSize: 3 });
    expect(items.map(({ location }) => [location.line, location.offset])).toEqual([
      [2, 3],
      [4, 15],
      [4, 21],
    ]);
  });

  it('reads an element that is larger than any buffer it began with', async () => {
    const large = { text: '\ufeffx"y\\zé漢😀'.repeat(300_000) };
    expect(values(await readItems(JSON.stringify([1, large, 2])))).toEqual([1, large, 2]);
  });

  it('reads nesting that no call stack could hold', async () => {
    const depth = 200_000;
    const [value] = values(await readItems(`[${'['.repeat(depth)}${']'.repeat(depth)}]`));
    let levels = 0;
    for (let inner = value; Array.isArray(inner); inner = inner[0]) levels++;
    expect(levels).toBe(depth);
  });

  it('reads one pretty-printed object, and several in a row, as records', async () => {
    const pretty = (value: unknown) => JSON.stringify(value, null, 2);
    expect(values(await readItems(pretty({ id: 'a' })))).toEqual([{ id: 'a' }]);
    expect(values(await readItems(`${pretty({ id: 'a' })}\n${pretty({ id: 'b', of: [1] })}\n`))).toEqual([
      { id: 'a' },
      { id: 'b', of: [1] },
    ]);
    expect(values(await readItems('{"id":"a"}{"id":"b"}'))).toEqual([{ id: 'a' }, { id: 'b' }]);
    const broken = await readItems(`${pretty({ id: 'a' })}}\n${pretty({ id: 'b' })}`);
    expect(values(broken)).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(flaws(broken)).toMatchObject([
      { message: "expected a value, found '}'", location: { line: 3, offset: 15 } },
    ]);
  });

  it('keeps a field called __proto__ a plain field', async () => {
    const [value] = values(await readItems('[{"__proto__": {"polluted": true}}]'));
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
