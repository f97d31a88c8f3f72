import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { DataError, type DataLocation } from '../../src/core/index.js';
import { KeyedLog } from '../../src/io/index.js';
import { openFilesUnder } from '../support/open-handles.js';
import { mountSmallDisk } from '../support/small-disk.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Note {
  readonly key: string;
  readonly text: string;
}

function parse(value: unknown, location: DataLocation): Note {
  const note = value as Note;
  if (typeof note?.key !== 'string') throw new DataError(location, 'expected a key');
  return note;
}

const openLog = (path: string, flushWithin?: number) => KeyedLog.open<Note>(path, { parse, flushWithin });
const newPath = async () => join(await temporaryDirectory(), 'notes.jsonl');

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a keyed log', () => {
  it('gives back what was appended, also when it is opened again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key: fc.string(), text: fc.string() })),
        fc.constantFrom(0, 1000),
        async (notes, flushWithin) => {
          const path = await newPath();
          const first = new Map<string, Note>();
          for (const note of notes) if (!first.has(note.key)) first.set(note.key, note);
          {
            await using log = await openLog(path, flushWithin);
            const written = await Promise.all(notes.map((note) => log.append(note)));
            expect(written).toEqual(notes.map((note) => first.get(note.key) === note));
            expect(await all(log)).toEqual([...first.values()]);
          }
          await using log = await openLog(path);
          expect([log.size, log.torn, log.duplicates]).toEqual([first.size, undefined, 0]);
          expect(await all(log)).toEqual([...first.values()]);
          for (const note of notes) expect(await log.get(note.key)).toEqual(first.get(note.key));
          expect([log.has('an absent key'), await log.get('an absent key')]).toEqual([false, undefined]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('cuts off a torn last line wherever it was torn, with the next append and not before', async () => {
    const path = await newPath();
    const whole = '{"key":"a","text":"one"}\n';
    const line = Buffer.from('{"key":"b","text":"zwölf 😀"}\n');
    for (let cut = 1; cut < line.length - 1; cut++) {
      const torn = Buffer.concat([Buffer.from(whole), line.subarray(0, cut)]);
      await writeFile(path, torn);
      await using log = await openLog(path);
      expect(log.torn).toEqual({ location: { file: path, line: 2, offset: whole.length }, bytes: cut });
      expect([...log.keys()]).toEqual(['a']);
      expect(await all(log)).toEqual([{ key: 'a', text: 'one' }]);
      expect(await readFile(path)).toEqual(torn);
      await log.append({ key: 'c', text: 'three' });
      expect(await readFile(path, 'utf8')).toBe(`${whole}{"key":"c","text":"three"}\n`);
    }
  });

  it('keeps a last line that lacks only its line break', async () => {
    const path = await newPath();
    await writeFile(path, '{"key":"a","text":"one"}');
    await using log = await openLog(path);
    expect(log.torn).toBeUndefined();
    await log.append({ key: 'b', text: 'two' });
    expect(await all(log)).toEqual([
      { key: 'a', text: 'one' },
      { key: 'b', text: 'two' },
    ]);
    expect(await log.get('b')).toEqual({ key: 'b', text: 'two' });
  });

  it('passes over blank lines, also at the end, and goes on after them', async () => {
    const path = await newPath();
    await writeFile(path, '\n{"key":"a","text":"one"}\n \r\n\n{"key":"b","text":"two"}\r\n\n ');
    await using log = await openLog(path);
    expect([log.size, log.torn]).toEqual([2, undefined]);
    await log.append({ key: 'c', text: 'three' });
    expect((await all(log)).map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    for (const key of log.keys()) expect((await log.get(key))?.key).toBe(key);
  });

  it('takes zeros at the end, as a power cut leaves them, for a torn line', async () => {
    const path = await newPath();
    await writeFile(path, `{"key":"a","text":"one"}\n${'\0'.repeat(100)}`);
    await using log = await openLog(path);
    expect(log.torn?.bytes).toBe(100);
  });

  it('refuses a damaged line, naming it, and leaves the file alone', async () => {
    const path = await newPath();
    for (const [text, place] of [
      ['{"key":"a","text":"one"}\n{"key":"b","te\n{"key":"c","text":"three"}\n', `${path}:2`],
      ['{"key":"a","text":"one"}\n{"text":"two"}\n', `${path}:2`],
      ['{"key":"a","text":"one"}\nsome other file', `${path}:2`],
    ] as const) {
      await writeFile(path, text);
      await expect(openLog(path)).rejects.toThrow(DataError);
      await expect(openLog(path)).rejects.toThrow(place);
      expect(await readFile(path, 'utf8')).toBe(text);
    }
  });

  it('holds to the first of two lines with one key, and counts the other', async () => {
    const path = await newPath();
    await writeFile(path, '{"key":"a","text":"one"}\n{"key":"a","text":"two"}\n\n{"key":"b","text":"three"}\n');
    await using log = await openLog(path);
    expect([log.size, log.duplicates]).toEqual([2, 1]);
    expect(await log.get('a')).toEqual({ key: 'a', text: 'one' });
    expect(await log.get('b')).toEqual({ key: 'b', text: 'three' });
    expect(await all(log)).toHaveLength(2);
  });

  it('finds out a second writer, and loses no line of either', async () => {
    const path = await newPath();
    await using one = await openLog(path);
    await using other = await openLog(path);
    await one.append({ key: 'a', text: 'one' });
    await expect(other.append({ key: 'b', text: 'two' })).rejects.toMatchObject({ code: 'file-unwritable' });
    await appendFile(path, '{"key":"c","text":"by hand"}\n');
    await expect(one.append({ key: 'd', text: 'four' })).rejects.toThrow('changed by somebody else');
    await using again = await openLog(path);
    expect([...again.keys()]).toEqual(['a', 'c']);
  });

  it('writes nothing of an entry that JSON cannot hold, and goes on', async () => {
    const path = await newPath();
    await using log = await openLog(path);
    await expect(log.append({ key: 'a', text: 1n as unknown as string })).rejects.toThrow(DataError);
    await log.append({ key: 'b', text: 'two' });
    expect(await readFile(path, 'utf8')).toBe('{"key":"b","text":"two"}\n');
  });

  it('leaves no handle open and says so when used after it was closed', async () => {
    const path = await newPath();
    const log = await openLog(path);
    const pending = log.append({ key: 'a', text: 'one' });
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    expect(await pending).toBe(true);
    await expect(log.append({ key: 'b', text: 'two' })).rejects.toMatchObject({ code: 'disposed' });
    expect(openFilesUnder(path) ?? []).toEqual([]);
  });
});

const disk = await mountSmallDisk(1);
afterAll(() => disk?.unmount());
describe.skipIf(disk === undefined)('on a disk that is full (needs the right to mount a small one)', () => {
  it('keeps no half of a line, and goes on when there is room', async () => {
    const path = join(disk!.path, 'notes.jsonl');
    await using log = await openLog(path);
    await log.append({ key: 'a', text: 'one' });
    const free = await disk!.fill(8192);
    const long = { key: 'b', text: 'x'.repeat(100_000) };
    await expect(log.append(long)).rejects.toMatchObject({
      code: 'file-unwritable',
      message: expect.stringContaining('full'),
    });
    expect(await readFile(path, 'utf8')).toBe('{"key":"a","text":"one"}\n');
    expect(log.has('b')).toBe(false);
    await log.append({ key: 'c', text: 'three' });
    await free();
    await log.append(long);
    expect((await all(log)).map(({ key }) => key)).toEqual(['a', 'c', 'b']);
  });
});
