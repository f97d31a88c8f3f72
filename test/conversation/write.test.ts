import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conversation,
  conversationSchema,
  readOpenAIMessages,
  readShareGPT,
  roleOf,
  toConversation,
  writeConversations,
} from '../../src/conversation/index.js';
import { hashFile } from '../../src/io/index.js';
import { openFilesUnder } from '../support/open-handles.js';
import { temporaryDirectory } from '../support/temporary.js';

const text = fc.string({ unit: 'binary' });
const conversation: fc.Arbitrary<Conversation> = fc.record(
  {
    id: text.filter((id) => id !== ''),
    messages: fc.array(fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: text }), {
      minLength: 1,
    }),
    // What JSON itself does not give back: -0.
    metadata: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value))),
  },
  { requiredKeys: ['id', 'messages'], noNullPrototype: true },
);
const some = (count: number): Conversation[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `c${index}`,
    messages: [
      { role: 'user', content: 'Why?' },
      { role: 'assistant', content: 'Because.' },
    ],
  }));

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('writeConversations', () => {
  it('writes what the reader gives back unchanged', async () => {
    const path = join(await temporaryDirectory(), 'clean.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(conversation), async (conversations) => {
        const report = await writeConversations(path, conversations).result;
        expect(await collect(readOpenAIMessages(path))).toEqual(conversations);
        expect(report.conversations).toBe(conversations.length);
      }),
      { numRuns: 100 },
    );
  });

  it("writes ShareGPT's form for the tools that read it", async () => {
    const path = join(await temporaryDirectory(), 'clean.json');
    await fc.assert(
      fc.asyncProperty(fc.array(conversation), async (conversations) => {
        await writeConversations(path, conversations, { form: 'sharegpt' }).result;
        const records = JSON.parse(await readFile(path, 'utf8'));
        expect(Array.isArray(records)).toBe(true);
        const back = (await collect(readShareGPT(path, { format: 'markdown' }))).map(toConversation);
        expect(back).toEqual(conversations.map(({ id, messages }) => ({ id, messages })));
      }),
      { numRuns: 50 },
    );
    await writeConversations(path, some(1), { form: 'sharegpt' }).result;
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual([
      {
        id: 'c0',
        conversations: [
          { from: 'human', value: 'Why?' },
          { from: 'gpt', value: 'Because.' },
        ],
      },
    ]);
  });

  it('passes conversations on and reports what it wrote', async () => {
    const path = join(await temporaryDirectory(), 'clean.jsonl');
    const progress: number[] = [];
    const run = writeConversations(path, some(3), { onProgress: ({ done }) => progress.push(done) });
    expect(await collect(run)).toEqual(some(3));
    const { size } = { size: Buffer.byteLength(await readFile(path)) };
    expect(await run.result).toEqual({
      path,
      conversations: 3,
      messages: 6,
      bytes: size,
      sha256: await hashFile(path),
    });
    expect(progress).toEqual([1, 2, 3]);
  });

  it.each(['break', 'abort', 'failure'])('leaves no trace after a %s', async (how) => {
    const directory = await temporaryDirectory();
    const controller = new AbortController();
    let freed = false;
    async function* source() {
      try {
        yield* some(5);
        if (how === 'failure') throw new Error('source failed');
        yield* some(100_000);
      } finally {
        freed = true;
      }
    }
    const run = writeConversations(join(directory, 'clean.jsonl'), source(), { signal: controller.signal });
    let count = 0;
    const loop = async () => {
      for await (const _ of run) {
        if (++count < 5) continue;
        if (how === 'break') break;
        if (how === 'abort') controller.abort(new Error('enough'));
      }
    };
    await loop().catch(() => undefined);
    await expect(run.result).rejects.toThrow({ break: /left/, abort: 'enough', failure: 'source failed' }[how]);
    expect(freed).toBe(true);
    expect(await readdir(directory)).toEqual([]);
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });

  it('refuses what is no conversation, and names it', async () => {
    const directory = await temporaryDirectory();
    const raw = { id: 'r7', turns: [] } as unknown as Conversation;
    const run = writeConversations(join(directory, 'clean.jsonl'), [...some(2), raw]);
    await expect(run.result).rejects.toThrow(
      /clean\.jsonl \(id "r7"\): conversation 2 cannot be written \(messages: .*Clean raw conversations with ShareGPTCleaner/,
    );
    expect(await readdir(directory)).toEqual([]);
    expect(() => writeConversations('x', [], { form: 'csv' as 'sharegpt' })).toThrow(/writeConversations options/);
  });
});

describe('conversations of your own', () => {
  it('are checked by the schema, field by field', () => {
    for (const sound of some(2)) expect(conversationSchema.parse(sound)).toEqual(sound);
    const { error } = conversationSchema.safeParse({ id: '', messages: [{ role: 'gpt', content: 'x' }], extra: 1 });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['id', 'messages.0.role', '']);
  });

  it('are made of raw ones that need no cleaning', () => {
    const raw = {
      id: 'a',
      turns: [
        { from: 'system', value: 's' },
        { from: 'Human', value: 'h' },
        { from: 'bard', value: 'b' },
      ],
    };
    expect(toConversation(raw)).toEqual({
      id: 'a',
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'h' },
        { role: 'assistant', content: 'b' },
      ],
    });
    expect(() => toConversation({ ...raw, format: 'html' })).toThrow(
      /\(conversation\) \(id "a"\): the replies are HTML\. Clean/,
    );
    expect(() => toConversation({ id: 'a', turns: [{ from: 'tool', value: '' }] })).toThrow(/turn 0 is by "tool"/);
  });

  it('know the words for each role, in any case, and no others', () => {
    const words = ['human', 'user', 'gpt', 'chatgpt', 'bing', 'bard', 'assistant', 'system', 'developer'];
    expect(words.map(roleOf)).toEqual([
      ...Array(2).fill('user'),
      ...Array(5).fill('assistant'),
      ...Array(2).fill('system'),
    ]);
    expect(roleOf(' GPT ')).toBe('assistant');
    for (const other of ['tool', 'function', '', 'constructor', '__proto__']) expect(roleOf(other)).toBeUndefined();
  });
});
