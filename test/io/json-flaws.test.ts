import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonItem, readJson } from '../../src/io/index.js';
import { flaws, readItems, values } from '../support/json-input.js';

const record = fc.record({ id: fc.string(), turns: fc.array(fc.record({ from: fc.string(), value: fc.string() })) });
const lineOf = (bytes: Uint8Array, offset: number) =>
  Buffer.from(bytes.subarray(0, offset)).toString('latin1').split('\n').length;

describe('a flawed JSON array', () => {
  it('is told to the byte: a NUL is wrong wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1 }), fc.nat(), fc.nat(2), async (records, at, indent) => {
        const text = Buffer.from(JSON.stringify(records, null, indent));
        const offset = at % text.length;
        const bytes = Buffer.concat([text.subarray(0, offset), Buffer.from([0]), text.subarray(offset)]);
        const first = flaws(await readItems(bytes, { form: 'array', chunkSize: 7 }))[0];
        // Put into an escape it spoils the escape, put into a character the character: those begin a little earlier.
        const begin = first?.location.offset ?? -1;
        expect(begin).toBeLessThanOrEqual(offset);
        expect(begin).toBeGreaterThan(offset - 7);
        expect(first?.location.line).toBe(lineOf(bytes, begin));
      }),
      { numRuns: 300 },
    );
  });

  it('is found wherever it was cut off, on its last line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record), fc.nat(), fc.nat(1), async (records, at, indent) => {
        const text = Buffer.from(JSON.stringify(records, null, indent));
        const bytes = text.subarray(0, at % text.length);
        const found = flaws(await readItems(bytes, { form: 'array', chunkSize: 11 }));
        expect(found).toHaveLength(1);
        expect(['cut-off', 'not-utf8']).toContain(found[0]?.problem);
        expect(found[0]?.location.line).toBe(lineOf(bytes, bytes.length));
      }),
      { numRuns: 300 },
    );
  });

  it('never yields what JSON.parse would refuse, and ends, whatever byte is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1 }), fc.nat(), fc.nat(255), async (records, at, byte) => {
        const bytes = Buffer.from(JSON.stringify(records, null, 1));
        bytes[at % bytes.length] = byte;
        const items = await readItems(bytes, { form: 'array', chunkSize: 13 });
        const sound = (() => {
          try {
            return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as unknown[];
          } catch {
            return undefined;
          }
        })();
        if (sound === undefined) expect(flaws(items)).not.toEqual([]);
        else expect(values(items)).toEqual(sound);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a missing comma', '[{"id":1} {"id":2}]', "expected ',' or ']' after an element, found '{'"],
    ['a trailing comma', '[{"id":1},{"id":2},]', "expected a value after ',', found ']'"],
    ['a comma too many', '[{"id":1},,{"id":2}]', "expected a value after ',', found ','"],
    ['two arrays in one file', '[{"id":1}]\n[{"id":2}]', "expected nothing more after the end of the array, found '['"],
  ])('reads every record in spite of %s', async (_, text, message) => {
    const items = await readItems(text);
    expect(values(items)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(flaws(items)).toMatchObject([{ problem: 'not-json', message }]);
  });

  it.each([
    ['a comma at the end of an object', '{"id":2,"t":"x",}', "expected a field name in double quotes, found '}'"],
    ['a colon too few', '{"id":2,"t" "x"}', "expected ':' after a field name, found '\"'"],
    ['single quotes', `{"id":2,'t':"x"}`, `expected a field name in double quotes, found "'"`],
    ["Python's None", '{"id":2,"t":None}', 'expected a value, found None'],
    ['a NaN', '{"id":2,"t":NaN}', 'expected a value, found NaN'],
    ['a number with a leading zero', '{"id":02}', 'expected a number such as -1.5e3, found '],
    [
      'a line break in a string',
      '{"id":2,"t":"x\ny"}',
      'line breaks and tabs in it written as \\n and \\t, found the end of the line',
    ],
    ['a bad escape', '{"id":2,"t":"\\x41"}', 'expected an escape such as'],
    ['the wrong bracket', '{"id":2,"t":[1}}', "expected ',' or ']' after a value, found '}'"],
    ['a lost closing quote', '{"id":2,"t":"x}', 'expected '],
    ['a lost opening quote', '{"id":2,"t":x", "u":"}, {"}', 'expected a value, found '],
    ['a lost closing brace', '{"id":2,"t":{"u":1}', 'expected a field name in double quotes'],
    ['a brace too many', '{"id":2}}', 'expected '],
  ])('loses only the record with %s', async (_, broken, message) => {
    for (const glue of [',', ',\n', ' ,\n  ']) {
      const text = `[{"id":1}${glue}${broken}${glue}{"id":3,"t":"}],"}${glue}{"id":4}]`;
      const items = await readItems(text, { chunkSize: 4 });
      expect(values(items)).toEqual(expect.arrayContaining([{ id: 1 }, { id: 3, t: '}],' }, { id: 4 }]));
      expect(flaws(items)[0]?.message).toContain(message);
    }
  });

  it('finds a lost quote long before the end of what then looks like one record', async () => {
    const plain = `${JSON.stringify({ id: 'a', text: 'word '.repeat(2000) })},`;
    let megabytes = 0;
    async function* source() {
      yield Buffer.from('[{"id":"broken,');
      for (; megabytes < 20; megabytes++) yield Buffer.from(plain.repeat(100));
      yield Buffer.from('{"id":"z"}]');
    }
    const items: JsonItem[] = [];
    let whenFound = 0;
    for await (const item of readJson(source())) {
      items.push(item);
      if (item.type === 'bad') whenFound = megabytes;
    }
    expect(values(items)).toHaveLength(2001);
    expect(flaws(items)).toHaveLength(1);
    expect(whenFound).toBeLessThan(4);
  });

  it('refuses an element above the bound and says how to raise it', async () => {
    const text = JSON.stringify([{ id: 1 }, { id: 2, text: 'x'.repeat(3_000_000) }, { id: 3 }]);
    const items = await readItems(text, { maxRecordBytes: 1_000_000 });
    expect(values(items)).toEqual([{ id: 1 }, { id: 3 }]);
    expect(flaws(items)).toMatchObject([{ problem: 'too-large', location: { line: 1, offset: 10 } }]);
    expect(flaws(items)[0]?.message).toContain('larger than 1,000,000 bytes; raise maxRecordBytes');
  });
});
