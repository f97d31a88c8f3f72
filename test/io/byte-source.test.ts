import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError, type VicunaError } from '../../src/core/index.js';
import { type ByteSource, type JsonReaderOptions, type ReadAmounts, readJson } from '../../src/io/index.js';
import { chunksOf, readItems, values } from '../support/json-input.js';
import { openFilesUnder } from '../support/open-handles.js';
import { temporaryDirectory } from '../support/temporary.js';

const records = Array.from({ length: 5000 }, (_, index) => ({ id: index, text: 'é'.repeat(index % 200) }));
const json = JSON.stringify(records);

async function read(source: ByteSource, options?: JsonReaderOptions): Promise<unknown[]> {
  const items = [];
  for await (const item of readJson(source, options)) items.push(item);
  return values(items);
}

const failure = (source: ByteSource) =>
  read(source).then(
    () => undefined,
    (error: unknown) => error as VicunaError,
  );

describe('where JSON can be read from', () => {
  it('a path, a file URL, a Node stream, a web stream, a generator', async () => {
    const path = join(await temporaryDirectory(), 'records.json');
    await writeFile(path, json);
    const sources: ByteSource[] = [
      path,
      pathToFileURL(path),
      Readable.from(chunksOf(Buffer.from(json), 1000)),
      new Response(json).body!,
      chunksOf(Buffer.from(json), 7),
    ];
    for (const source of sources) expect(await read(source)).toEqual(records);
  });

  it('gzip by its first bytes, whatever the name, one member or several', async () => {
    const path = join(await temporaryDirectory(), 'records.json');
    await writeFile(path, gzipSync(json));
    expect(await read(path)).toEqual(records);
    const lines = records.map((record) => JSON.stringify(record));
    const members = Buffer.concat([gzipSync(`${lines.slice(0, 9).join('\n')}\n`), gzipSync(lines.slice(9).join('\n'))]);
    expect(await read(chunksOf(members, 61))).toEqual(records);
  });

  it('tells how much has been read, of how much', async () => {
    const path = join(await temporaryDirectory(), 'records.json.gz');
    const stored = gzipSync(json);
    await writeFile(path, stored);
    const amounts: ReadAmounts[] = [];
    await read(path, { onRead: (amount) => amounts.push(amount) });
    expect(amounts.at(-1)).toEqual({ bytes: Buffer.byteLength(json), stored: stored.length, size: stored.length });
    expect(amounts.map(({ bytes }) => bytes)).toEqual(amounts.map(({ bytes }) => bytes).sort((a, b) => a - b));
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a web page', '<!doctype html>', /web page\. Name the JSON file/],
    ['a ZIP archive', 'PK\u0003\u0004', /ZIP archive\. Unpack it/],
    ['UTF-16 text', Buffer.from('\ufeff[]', 'utf16le'), /UTF-16 text\. Save it as UTF-8/],
    ['plain text', '\n\n  hello', /:3 \(byte 4\): expected a JSON array \('\['\) or JSON Lines \('\{'\), found hello/],
    ['something binary', Buffer.from([0, 1, 2]), /found byte 0x00/],
  ])('%s is told by its looks', async (_, content, message) => {
    await expect(readItems(content)).rejects.toThrow(message);
    await expect(readItems(content)).rejects.toBeInstanceOf(DataError);
  });

  it('an empty file is an error where JSON was promised, and no records where JSON Lines were', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'none.jsonl'), '\n');
    await writeFile(join(directory, 'none.json'), '');
    expect(await read(join(directory, 'none.jsonl'))).toEqual([]);
    await expect(read(join(directory, 'none.json'))).rejects.toThrow(/none\.json:1 \(byte 0\): the file is empty/);
  });

  it('a missing file and a directory are told with the next action', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'logs'));
    const missing = await failure(join(directory, 'missing.json'));
    expect(missing).toMatchObject({ code: 'file-unreadable' });
    expect(missing?.message).toMatch(/missing\.json cannot be read: there is no such file \(ENOENT\)\. Check the path/);
    expect((await failure(join(directory, 'logs')))?.message).toMatch(/it is a directory \(EISDIR\)\. Name the files/);
  });

  it('damaged and cut-off gzip data are a typed error', async () => {
    const whole = gzipSync(json);
    const damaged = Buffer.from(whole).fill(0x55, 2000, 2100);
    for (const content of [whole.subarray(0, whole.length >> 1), damaged]) {
      const error = await failure(chunksOf(content, 512));
      expect(error).toBeInstanceOf(DataError);
      expect(error?.message).toMatch(/^\(stream\): the gzip data is damaged or cut off/);
    }
  });

  it('chunks that are text are refused', async () => {
    const error = await failure(Readable.from(['[1,', '2]']) as AsyncIterable<Uint8Array>);
    expect(error?.message).toMatch(/expected chunks of bytes \(Uint8Array\), found string/);
  });

  it("an error of the caller's stream reaches the caller as it is", async () => {
    const broken = new Error('connection reset');
    async function* source() {
      yield Buffer.from('[1,');
      throw broken;
    }
    expect(await failure(source())).toBe(broken);
  });
});

describe('letting go', () => {
  it.each(['records.json', 'records.json.gz'])(
    'leaving the loop over %s half-way has closed the file',
    async (name) => {
      const directory = await temporaryDirectory();
      const path = join(directory, name);
      await writeFile(path, name.endsWith('.gz') ? gzipSync(json) : json);
      let seen = 0;
      for await (const _ of readJson(path)) if (++seen === 10) break;
      expect(openFilesUnder(directory) ?? []).toEqual([]);
    },
  );

  it('a flaw that the caller throws on has closed the file too', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'records.json');
    await writeFile(path, `[${json},`);
    const strict = async () => {
      for await (const item of readJson(path)) if (item.type === 'bad') throw new Error(item.message);
    };
    await expect(strict()).rejects.toThrow('the text ends');
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });

  it("leaving early ends the caller's stream", async () => {
    const stream = Readable.from(chunksOf(Buffer.from(json), 100));
    for await (const _ of readJson(stream)) break;
    expect(stream.destroyed).toBe(true);
    const web = new Response(json).body!;
    for await (const _ of readJson(web)) break;
    expect(web.locked).toBe(false);
  });

  it('an abort ends a wait for bytes that never come, with the reason of the signal', async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push('[1,');
    const controller = new AbortController();
    const reason = new Error('enough');
    const reading = read(silent, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(reading).rejects.toBe(reason);
    expect(silent.destroyed).toBe(true);
  });
});
