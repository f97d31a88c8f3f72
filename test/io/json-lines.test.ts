import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJson } from '../../src/io/index.js';
import { flaws, inChunks, readItems, values } from '../support/json-input.js';

const line = fc.oneof(fc.constantFrom('', ' ', '\t'), fc.json());

describe('reading JSON Lines', () => {
  it('gives each line as JSON.parse gives it, whatever the line breaks, the blank lines and the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.nat()),
        async (lines, lineBreak, ends, cuts) => {
          const bytes = Buffer.from(`${lines.join(lineBreak)}${ends ? lineBreak : ''}`);
          const items = [];
          const source = inChunks(
            bytes,
            cuts.map((cut) => cut % (bytes.length + 1)),
          );
          for await (const item of readJson(source, { form: 'lines' })) items.push(item);
          const full = lines.flatMap((text, index) => (text.trim() === '' ? [] : [{ text, line: index + 1 }]));
          expect(items).toMatchObject(full.map(({ line }) => ({ type: 'record', location: { line } })));
          expect(values(items)).toEqual(full.map(({ text }) => JSON.parse(text)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same at every single chunk boundary', async () => {
    const bytes = Buffer.from('\ufeff{"a":"é\\n"}\r\n\n{"b":[1]}\n{"c":"😀"}');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const items = [];
      for await (const item of readJson(inChunks(bytes, [cut]))) items.push(item);
      expect(values(items)).toEqual([{ a: 'é\n' }, { b: [1] }, { c: '😀' }]);
      expect(items.map(({ location }) => location.offset)).toEqual([3, 18, 28]);
    }
  });

  it('loses only the flawed line', async () => {
    const items = await readItems('{"a":1}\n{"b":\n\n{"c" 3}\n{"d":4}\n', { chunkSize: 5 });
    expect(values(items)).toEqual([{ a: 1 }, { d: 4 }]);
    expect(flaws(items)).toMatchObject([
      { problem: 'cut-off', location: { line: 2, offset: 13 } },
      { problem: 'not-json', location: { line: 4, offset: 20 } },
    ]);
    expect(flaws(items)[1]?.message).toBe("expected ':' after a field name, found '3'");
  });

  it('finds the byte that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"b":"é'), Buffer.from([0xff]), Buffer.from('"}\n{"c":3}')]);
    const items = await readItems(bytes);
    expect(values(items)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(flaws(items)).toMatchObject([{ problem: 'not-utf8', location: { line: 2, offset: 16 } }]);
    expect(flaws(items)[0]?.message).toContain('0xff');
  });

  it('takes a first line that is cut off for a line, not for a pretty-printed object', async () => {
    const items = await readItems('{"a":1,\n{"b":2}\n');
    expect(values(items)).toEqual([{ b: 2 }]);
    expect(flaws(items)).toMatchObject([{ problem: 'cut-off', location: { line: 1 } }]);
  });

  it('gives up a line that is too large, and reads on after it in bounded memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const endless = Buffer.alloc(1024 * 1024, 'x');
    let largest = 0;
    async function* source() {
      yield Buffer.from('{"a":1}\n{"b":"');
      for (let megabyte = 0; megabyte < 64; megabyte++) {
        yield endless;
        largest = Math.max(largest, process.memoryUsage().arrayBuffers - before);
      }
      yield Buffer.from('"}\n{"c":3}\n');
    }
    const items = [];
    for await (const item of readJson(source(), { maxRecordBytes: 100_000 })) items.push(item);
    expect(values(items)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(flaws(items)).toMatchObject([{ problem: 'too-large', location: { line: 2, offset: 8 } }]);
    expect(largest).toBeLessThan(16 * 1024 * 1024);
  });
});
