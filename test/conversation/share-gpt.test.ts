import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type RawConversation, type ReadShareGPTOptions, readShareGPT } from '../../src/conversation/index.js';
import { openFilesUnder } from '../support/open-handles.js';
import { sharedData } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const stream = async function* (text: string) {
  yield Buffer.from(text);
};

async function read(records: readonly unknown[] | string, options?: ReadShareGPTOptions): Promise<RawConversation[]> {
  const text = typeof records === 'string' ? records : JSON.stringify(records);
  const conversations = [];
  for await (const conversation of readShareGPT(stream(text), options)) conversations.push(conversation);
  return conversations;
}

const turns = [
  { from: 'human', value: 'Is <b> bold?' },
  { from: 'gpt', value: 'Yes.' },
];

describe('readShareGPT', () => {
  it('takes speakers, text and plugins as they are, and other fields as metadata', async () => {
    const record = { id: 'a1', conversations: turns, plugins: ['web'], model: 'gpt-4', tags: [1] };
    expect(await read([record])).toEqual([
      {
        id: 'a1',
        turns,
        format: 'markdown',
        location: { file: '(stream)', line: 1, offset: 1 },
        metadata: { model: 'gpt-4', tags: [1] },
        plugins: ['web'],
      },
    ]);
    expect(await read([{ id: 'a1', conversations: turns }])).not.toHaveProperty('0.plugins');
  });

  it.each([
    ['items', { items: turns }],
    ['conversation', { conversation: turns }],
    ['role and content', { messages: turns.map(({ from, value }) => ({ role: from, content: value })) }],
    ['pairs', { conversation: [{ human: turns[0]?.value, assistant: turns[1]?.value }] }],
  ])('knows the variant with %s', async (_, record) => {
    const [conversation] = await read([{ id: 'x', ...record }]);
    expect(conversation?.turns.map(({ value }) => value)).toEqual(turns.map(({ value }) => value));
    expect(conversation?.turns[0]?.from).toBe('human');
  });

  it('passes on records that a cleaner will reject: no turns, unknown speakers, two in a row', async () => {
    const odd = [
      { from: 'tool', value: '' },
      { from: 'gpt', value: 'a' },
      { from: 'gpt', value: 'b' },
    ];
    const conversations = await read([
      { id: 'none', conversations: [] },
      { id: 'odd', conversations: odd },
    ]);
    expect(conversations.map(({ turns }) => turns)).toEqual([[], odd]);
  });

  it('makes an id of the content where there is none, the same in every file', async () => {
    const [first] = await read([{ id: 'other', conversations: [] }, { conversations: turns }].slice(1));
    const [, again] = await read([
      { id: 'other', conversations: [] },
      { conversations: turns, title: 'x' },
    ]);
    expect(first?.id).toMatch(/^content-[0-9a-f]{16}$/);
    expect(again?.id).toBe(first?.id);
    expect((await read([{ conversations: [...turns, turns[0]] }]))[0]?.id).not.toBe(first?.id);
    expect((await read([{ id: 7, conversations: turns }]))[0]?.id).toBe('7');
    expect((await read([{ conversation_id: 'c', conversations: turns }]))[0]?.id).toBe('c');
  });

  it('reads an array, JSON Lines, several files in turn, and gzip', async () => {
    const directory = await temporaryDirectory();
    const paths = ['a.json', 'b.jsonl', 'c.jsonl.gz'].map((name) => join(directory, name));
    const record = (id: string) => JSON.stringify({ id, conversations: turns });
    await writeFile(paths[0]!, `[${record('1')},\n${record('2')}]`);
    await writeFile(paths[1]!, `${record('3')}\n${record('4')}\n`);
    await writeFile(paths[2]!, gzipSync(record('5')));
    const run = readShareGPT(paths);
    const conversations = [];
    for await (const conversation of run) conversations.push(conversation);
    expect(conversations.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5']);
    expect(conversations.map(({ location }) => location?.line)).toEqual([1, 2, 1, 2, 1]);
    expect(conversations[3]?.location?.file).toBe(paths[1]);
    const bytes = 5 * record('1').length + 6;
    expect(await run.result).toEqual({ bytes, records: 5, conversations: 5, skipped: 0, skips: [] });
  });

  it('tells its progress over all files in bytes of the files', async () => {
    const directory = await temporaryDirectory();
    const text = JSON.stringify([{ id: 'a', conversations: turns }]);
    const paths = ['a.json', 'b.json'].map((name) => join(directory, name));
    for (const path of paths) await writeFile(path, text);
    const seen: unknown[] = [];
    await readShareGPT(paths, { onProgress: (progress) => seen.push(progress) }).result;
    expect(seen).toContainEqual({ phase: 'read', done: text.length, total: 2 * text.length });
    expect(seen.at(-1)).toEqual({ phase: 'read', done: 2 * text.length, total: 2 * text.length });
  });

  it('refuses an option it does not know, before anything is opened', () => {
    expect(() => readShareGPT('none.json', { onBadRecord: 'ignore' as 'skip' })).toThrow(
      /readShareGPT options.*onBadRecord/s,
    );
  });

  it('leaves no file open when the loop is left', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'many.json');
    await writeFile(path, JSON.stringify(Array.from({ length: 50_000 }, () => ({ conversations: turns }))));
    const run = readShareGPT(path);
    for await (const _ of run) break;
    expect(openFilesUnder(directory) ?? []).toEqual([]);
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the form of the replies', () => {
  const formatOf = async (...replies: readonly string[]) => {
    const conversations = replies.flatMap((value) => [
      { from: 'human', value: '<p>never looked at</p>' },
      { from: 'gpt', value },
    ]);
    return (await read([{ conversations }]))[0]?.format;
  };
  const page = '<div class="markdown prose w-full"><p>Use <code>a &amp;&amp; b</code></p></div>';

  it("is HTML where one reply is in ChatGPT's element, whatever the others are", async () => {
    expect(await formatOf(page)).toBe('html');
    expect(await formatOf('!Too many requests', '', page)).toBe('html');
    expect(await formatOf('```\nNetwork error\n```', page)).toBe('html');
  });

  it('is HTML where replies begin and end with tags and have every < and & escaped', async () => {
    expect(await formatOf('<p>One</p>\n<ol><li>a &lt; b</li></ol>', 'An error occurred.')).toBe('html');
    expect(await formatOf('<pre><code>**not bold**\n\n- x</code></pre>')).toBe('html');
  });

  it('is markdown where replies are, even with tags in them', async () => {
    expect(await formatOf('Plain words.')).toBe('markdown');
    expect(await formatOf('Write\n```html\n<p>x</p>\n```')).toBe('markdown');
    expect(await formatOf('<div>\n  if (a < b && c) {}\n</div>')).toBe('markdown');
    expect(await formatOf('<details>x</details>', '## Next\n\n- one')).toBe('markdown');
    expect(await formatOf('')).toBe('markdown');
  });

  it('is decided for each record, and can be said for all', async () => {
    const records = [page, 'Plain.'].map((value) => ({ conversations: [{ from: 'gpt', value }] }));
    expect((await read(records)).map(({ format }) => format)).toEqual(['html', 'markdown']);
    expect((await read(records, { format: 'html' })).map(({ format }) => format)).toEqual(['html', 'html']);
  });

  it('takes time that grows with the text, not with its square', async () => {
    const hostile = [
      ' class="'.repeat(200_000),
      '\n'.repeat(2_000_000),
      '<'.repeat(500_000),
      `<p>${'&'.repeat(9)}${' '.repeat(999_999)}x`,
    ];
    for (const text of hostile) expect(await formatOf(text, `<div${text}`)).toBe('markdown');
  });

  const pages = sharedData('data/sharegpt-html');
  it.skipIf(pages === undefined)('is right on real pages and real markdown', async () => {
    for (const [file, format] of [
      ['jcubic__chat-gpt.json', 'html'],
      ['marianna0000__Mari.json', 'html'],
      ['rendered.json', 'html'],
      ['../conversations/vicuna-sample-230629.json', 'markdown'],
      ['../conversations/dummy_conversation.json', 'markdown'],
    ] as const)
      for await (const conversation of readShareGPT(join(pages!, file))) expect(conversation.format).toBe(format);
  });
});

describe('a bad record', () => {
  const good = JSON.stringify({ id: 'good', conversations: turns });
  const file = [
    `[${good},`,
    '{"id": "b", "conversations": [{"from": "human", "value": null}]},',
    '{"id": "c", "conversations": [{"from": "human", "value": "x"]},',
    '{"id": "d", "text": "x"},',
    `${good}]`,
  ].join('\n');

  it('stops the run with where, what and what to do', async () => {
    await expect(read(file)).rejects.toMatchObject({
      code: 'data-malformed',
      location: { line: 2, offset: good.length + 3 },
    });
    await expect(read(file)).rejects.toThrow(
      /^\(stream\):2 \(byte \d+, id "b"\): conversations\[0\]\.value: expected text, found null\. Mend it there, or pass onBadRecord: 'skip'/,
    );
  });

  it('is left out and counted on request, with where the first few are', async () => {
    const run = readShareGPT(stream(file), { onBadRecord: 'skip' });
    const ids = [];
    for await (const { id } of run) ids.push(id);
    expect(ids).toEqual(['good', 'good']);
    const report = await run.result;
    expect(report).toMatchObject({ records: 5, conversations: 2, skipped: 3 });
    expect(report.skips.map(({ reason, count }) => [reason, count])).toEqual([
      ['wrong-form', 2],
      ['not-json', 1],
    ]);
    expect(report.skips[0]?.examples.map(({ location }) => location.line)).toEqual([2, 4]);
    expect(report.skips[0]?.examples[1]?.message).toMatch(
      /^expected a record such as .*, found an object with "id", "text"$/,
    );
    expect(report.skips[1]?.examples[0]?.message).toContain("expected ',' or '}' after a value, found ']'");
  });

  it('shows no more than five examples of a reason', async () => {
    const run = readShareGPT(stream('1\n'.repeat(100).replace(/^/, '{}\n')), { onBadRecord: 'skip' });
    const { skips } = await run.result;
    expect(skips).toMatchObject([{ reason: 'wrong-form', count: 101 }]);
    expect(skips[0]?.examples).toHaveLength(5);
  });
});
