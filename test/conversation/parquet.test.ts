import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { type ColumnSource, parquetWriteFile } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  readConversations,
  readLmsysChat,
  readOpenAIMessages,
  readShareGPT,
  readWildChat,
} from '../../src/conversation/index.js';
import { DataError, type Run } from '../../src/core/index.js';
import { hasPythonPackage, runPython } from '../support/python.js';
import { projectDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const fixture = (name: string) => join(projectDirectory, 'test/fixtures/parquet', name);
const lmsys = fixture('lmsys-snappy.parquet');
const wildchat = fixture('wildchat-zstd.parquet');

async function collect<Item, Result>(run: Run<Item, Result>) {
  const items: Item[] = [];
  for await (const item of run) items.push(item);
  return { items, report: await run.result };
}

/** A file with messages in OpenAI's form, in row groups of two. */
async function messagesFile(rows: number): Promise<string> {
  const path = join(await temporaryDirectory(), 'messages.parquet');
  const messages = Array.from({ length: rows }, (_, row) => [
    { role: 'user', content: `Question ${row}` },
    { role: 'assistant', content: `Answer ${row}` },
  ]);
  const columnData: ColumnSource[] = [
    { name: 'id', data: messages.map((_, row) => `m${row}`), type: 'STRING' },
    { name: 'messages', data: messages },
  ];
  const text = (name: string) =>
    ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }) as const;
  await parquetWriteFile({
    filename: path,
    columnData: columnData.map(({ name, data }) => ({ name, data })),
    rowGroupSize: 2,
    schema: [
      { name: 'root', num_children: 2 },
      text('id'),
      { name: 'messages', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', num_children: 2 },
      text('role'),
      text('content'),
    ],
  });
  return path;
}

describe('readLmsysChat', () => {
  it('reads what pyarrow wrote: nested lists over several row groups, in their order', async () => {
    const { items, report } = await collect(readLmsysChat(lmsys));
    expect(items.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, row) => `lmsys-${row}`));
    expect(items[1]).toEqual({
      id: 'lmsys-1',
      messages: ['user 1.0', 'assistant 1.0', 'user 1.1', 'assistant 1.1'].map((text) => ({
        role: text.split(' ')[0],
        content: `${text} ü 你好 🦙`,
      })),
      metadata: { model: 'vicuna-13b', turn: 2, language: 'German', redacted: false, flagged: false, flaggedFor: [] },
    });
    expect(items[2]?.metadata).toMatchObject({ flagged: true, flaggedFor: ['harassment'] });
    expect(report).toMatchObject({ records: 12, conversations: 12, skipped: 0 });
  });

  it('reads the texts only of row groups that have a model and language asked for, and counts the rest', async () => {
    const whole = await collect(readLmsysChat(lmsys));
    const { items, report } = await collect(readLmsysChat(lmsys, { models: ['koala-13b'], languages: ['German'] }));
    expect(items.map(({ id }) => id)).toEqual(['lmsys-5', 'lmsys-7']);
    expect(report).toMatchObject({ records: 12, conversations: 2, skips: [{ reason: 'filtered', count: 10 }] });
    expect(report.bytes).toBeLessThan(whole.report.bytes);
    expect(() => readLmsysChat(lmsys, { models: [] })).toThrow(/models: must name one/);
  });

  it('reads rows of JSON just as well', async () => {
    const row = {
      conversation_id: 'j',
      model: 'm',
      conversation: [{ role: 'user', content: 'Hi' }],
      openai_moderation: [],
    };
    const path = join(await temporaryDirectory(), 'rows.jsonl');
    await writeFile(path, JSON.stringify(row));
    expect((await collect(readLmsysChat(path))).items).toMatchObject([{ id: 'j', metadata: { model: 'm' } }]);
  });
});

describe('readWildChat', () => {
  it('keeps what a report may say, with the time in ISO 8601, and drops addresses and headers', async () => {
    const { items } = await collect(readWildChat(wildchat));
    expect(items).toHaveLength(12);
    expect(items[1]).toEqual({
      id: 'wild-1',
      messages: [
        { role: 'user', content: 'user 1' },
        { role: 'assistant', content: 'assistant 1' },
      ],
      metadata: {
        model: 'gpt-4-0314',
        timestamp: expect.stringMatching(/^2023-04-11T17:36:07\.\d{3}Z$/),
        turn: 1,
        language: 'English',
        toxic: true,
        redacted: false,
        state: null,
        country: 'Finland',
      },
    });
    expect(JSON.stringify(items)).not.toMatch(/00ff|made up/);
  });
});

describe('Parquet files of other forms', () => {
  it('are read by every reader, and readConversations tells the form', async () => {
    const path = await messagesFile(5);
    const { items, report } = await collect(readOpenAIMessages(path));
    expect(items[4]).toEqual({
      id: 'm4',
      messages: [
        { role: 'user', content: 'Question 4' },
        { role: 'assistant', content: 'Answer 4' },
      ],
    });
    expect(report.conversations).toBe(5);
    expect((await collect(readShareGPT(path))).items).toHaveLength(5);
    const told = await collect(readConversations([path, lmsys, wildchat]));
    expect(told.items.map(({ id }) => id).filter((_, at) => at % 7 === 0)).toEqual([
      'm0',
      'lmsys-2',
      'lmsys-9',
      'wild-4',
      'wild-11',
    ]);
    expect(told.items[5]?.location).toMatchObject({ file: lmsys, line: 1 });
  });

  it('are read row group by row group: the first rows come before the others are looked at', async () => {
    const path = await messagesFile(6);
    const bytes = await readFile(path);
    const group = parquetMetadata(new Uint8Array(bytes)).row_groups[2]!;
    const page = Number(group.columns[0]!.meta_data!.data_page_offset);
    bytes.fill(0xff, page, page + 20);
    await writeFile(path, bytes);
    const ids: string[] = [];
    const run = readOpenAIMessages(path);
    const error = await (async () => {
      for await (const { id } of run) ids.push(id);
    })().catch((thrown: unknown) => thrown);
    expect(ids).toEqual(['m0', 'm1', 'm2', 'm3']);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(/messages\.parquet.*row group 2 of 3: it cannot be decoded/);
  });

  it('tell how far they are, and stop when told to', async () => {
    const done: number[] = [];
    await readLmsysChat(lmsys, { onProgress: (progress) => done.push(progress.done) }).result;
    expect(done).toHaveLength(3);
    const controller = new AbortController();
    controller.abort('enough');
    await expect(readLmsysChat(lmsys, controller).result).rejects.toBe('enough');
  });

  it.each<[string, (bytes: Buffer) => Buffer, RegExp]>([
    ['is empty', () => Buffer.alloc(0), /expected a Parquet file, found 0 bytes/],
    ['was cut off', (bytes) => bytes.subarray(0, bytes.length - 100), /which ends with PAR1.*get it again/],
    [
      'lost its beginning',
      (bytes) => bytes.subarray(bytes.length - 40),
      /the footer should have \d+ bytes, more than the file/,
    ],
    ['claims an enormous footer', (bytes) => withFooter(bytes, 0xffff_fff0), /the footer should have 4294967280 bytes/],
    [
      'has a damaged footer',
      (bytes) => bytes.fill(0xee, bytes.length - 2000, bytes.length - 8),
      /the footer cannot be read/,
    ],
    ['has damaged pages', (bytes) => bytes.fill(0, 4, 400), /row group 0 of 3/],
    ['is something else', () => Buffer.from('{"messages": []}\n'.repeat(9)), /which ends with PAR1/],
  ])('are refused with a typed error where the file %s', async (_, damage, message) => {
    const path = join(await temporaryDirectory(), 'bad.parquet');
    await writeFile(path, damage(await readFile(lmsys)));
    const error = await readLmsysChat(path).result.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).location.file).toBe(path);
    expect((error as DataError).message).toMatch(message);
  });

  it('that do not exist, and rows of another form, are named', async () => {
    await expect(readLmsysChat('/nowhere/a.parquet').result).rejects.toMatchObject({ code: 'file-unreadable' });
    const path = await messagesFile(1);
    await expect(readLmsysChat(path).result).rejects.toThrow(/messages\.parquet:1 .*expected a row such as/);
    expect(await readLmsysChat(path, { onBadRecord: 'skip' }).result).toMatchObject({
      skips: [{ reason: 'wrong-form' }],
    });
  });

  it('come to an error or to rows, whatever byte is damaged', async () => {
    const whole = await readFile(lmsys);
    const path = join(await temporaryDirectory(), 'any.parquet');
    for (let offset = 0; offset < whole.length; offset += 61) {
      const bytes = Buffer.from(whole);
      bytes[offset] = (bytes[offset] as number) ^ 0x5a;
      await writeFile(path, bytes);
      const outcome = await readLmsysChat(path, { onBadRecord: 'skip' }).result.catch((error: unknown) => error);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DataError);
    }
  }, 60_000);
});

function withFooter(bytes: Buffer, length: number): Buffer {
  bytes.writeUInt32LE(length, bytes.length - 8);
  return bytes;
}

describe.skipIf(!(await hasPythonPackage('pyarrow')))('what pyarrow writes today', () => {
  it('is read alike with every compression', async () => {
    const directory = await temporaryDirectory();
    const { files } = await runPython<{ files: Record<string, string> }>('write_parquet.py', { directory });
    const expected = await collect(readLmsysChat(lmsys));
    const wild = await collect(readWildChat(wildchat));
    expect(Object.keys(files)).toHaveLength(10);
    for (const [name, path] of Object.entries(files))
      if (name.startsWith('lmsys')) expect((await collect(readLmsysChat(path))).items, name).toEqual(expected.items);
      else expect((await collect(readWildChat(path))).items, name).toEqual(wild.items);
  });
});
