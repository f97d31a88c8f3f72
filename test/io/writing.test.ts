import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AtomicFile, hashFile, hashOf, JsonWriter, readJson, writeFileAtomic } from '../../src/io/index.js';
import { values } from '../support/json-input.js';
import { openFilesUnder } from '../support/open-handles.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('AtomicFile', () => {
  it('shows the old content until the new one is whole', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'model.bin');
    await writeFile(path, 'old');
    const file = await AtomicFile.create(path);
    await file.write(Buffer.from('ne'));
    expect(await readFile(path, 'utf8')).toBe('old');
    await file.write(Buffer.from('w'));
    const written = await file.commit();
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(directory)).toEqual(['model.bin']);
    expect(written).toEqual({ path, bytes: 3, sha256: hashOf('new') });
    expect(await hashFile(path)).toBe(written.sha256);
  });

  it('leaves nothing behind when it is given up, before or after', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'model.bin');
    const file = await AtomicFile.create(path);
    await file.write(Buffer.alloc(100_000));
    await file.discard();
    await file.discard();
    expect(await readdir(directory)).toEqual([]);
    expect(openFilesUnder(directory) ?? []).toEqual([]);
    await writeFileAtomic(path, 'whole');
    expect(await readdir(directory)).toEqual(['model.bin']);
  });

  it('keeps the permissions of the file it replaces', async () => {
    const path = join(await temporaryDirectory(), 'private.jsonl');
    await writeFile(path, 'old');
    await chmod(path, 0o600);
    await writeFileAtomic(path, 'new');
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('says what to do where it cannot write', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'taken'));
    const missing = writeFileAtomic(join(directory, 'none', 'a.json'), '');
    await expect(missing).rejects.toMatchObject({ code: 'file-unwritable' });
    await expect(missing).rejects.toThrow(
      /a\.json cannot be written: its directory does not exist \(ENOENT\)\. Create/,
    );
    await expect(writeFileAtomic(join(directory, 'taken'), '')).rejects.toThrow(/taken cannot be written/);
    expect(await readdir(directory)).toEqual(['taken']);
  });
});

describe('JsonWriter', () => {
  it.each(['lines', 'array'] as const)('writes %s that the reader reads back unchanged', async (form) => {
    const directory = await temporaryDirectory();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())), async (records) => {
        const path = join(directory, 'records.jsonl');
        const writer = await JsonWriter.create(path, form);
        for (const record of records) await writer.write(record, 'id');
        const { bytes, sha256 } = await writer.commit();
        const items = [];
        for await (const item of readJson(path)) items.push(item);
        expect(values(items)).toEqual(JSON.parse(JSON.stringify(records)));
        if (form === 'array') expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(values(items));
        expect([bytes, sha256]).toEqual([(await stat(path)).size, await hashFile(path)]);
      }),
      { numRuns: 60 },
    );
  });

  it('holds no more than a block of a long file', async () => {
    const directory = await temporaryDirectory();
    const writer = await JsonWriter.create(join(directory, 'long.jsonl'), 'lines');
    const record = { text: 'x'.repeat(10_000) };
    for (let count = 0; count < 300; count++) await writer.write(record, 'id');
    const [temporary] = await readdir(directory);
    expect((await stat(join(directory, temporary!))).size).toBeGreaterThan(2_500_000);
    await writer.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('names the record that JSON cannot hold', async () => {
    const writer = await JsonWriter.create(join(await temporaryDirectory(), 'records.jsonl'), 'lines');
    await expect(writer.write({ count: 1n }, 'a7')).rejects.toThrow(/records\.jsonl \(id "a7"\): this record cannot/);
    await writer.discard();
  });
});
