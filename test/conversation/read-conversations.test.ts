import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReadConversationsOptions, readConversations } from '../../src/conversation/index.js';
import { exportChain } from '../support/chatgpt-export.js';
import { temporaryDirectory } from '../support/temporary.js';

async function read(text: string, options?: ReadConversationsOptions) {
  async function* stream() {
    yield Buffer.from(text);
  }
  const conversations = [];
  for await (const conversation of readConversations(stream(), options)) conversations.push(conversation);
  return conversations;
}

const shareGPT = {
  id: 's',
  conversations: [
    { from: 'human', value: 'Hi' },
    { from: 'gpt', value: '<p>Hello</p>' },
  ],
};
const openAI = {
  id: 'o',
  messages: [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ],
};
const chatGPT = exportChain({ text: 'Hi' }, { role: 'assistant', text: 'Hello' });

describe('readConversations', () => {
  it.each([
    ['ShareGPT', shareGPT, { id: 's', format: 'html', from: 'human' }],
    ["OpenAI's form", openAI, { id: 'o', format: 'markdown', from: 'user' }],
    ["ChatGPT's export", chatGPT, { id: 'c1', format: 'markdown', from: 'user' }],
  ])('tells %s by itself, as an array, as lines and alone', async (_, record, expected) => {
    const forms = [JSON.stringify([record]), `${JSON.stringify(record)}\n`, JSON.stringify(record, null, 2)];
    for (const text of forms) {
      const [conversation, ...more] = await read(text);
      expect(more).toEqual([]);
      const { id, format, turns, location } = conversation!;
      expect({ id, format, from: turns[0]?.from }).toEqual(expected);
      expect(location).toMatchObject({ file: '(stream)', line: 1 });
    }
  });

  it('tells it for each record', async () => {
    const text = [shareGPT, openAI, chatGPT].map((record) => JSON.stringify(record)).join('\n');
    expect((await read(text)).map(({ id }) => id)).toEqual(['s', 'o', 'c1']);
  });

  it('passes the options on to the form they belong to', async () => {
    expect(await read(JSON.stringify([shareGPT, chatGPT]), { format: 'markdown', allBranches: true })).toMatchObject([
      { id: 's', format: 'markdown' },
      { id: 'c1/n2' },
    ]);
  });

  it("takes the folder of ChatGPT's export", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'conversations.json'), JSON.stringify([chatGPT]));
    const report = await readConversations(directory).result;
    expect(report).toMatchObject({ records: 1, conversations: 1 });
  });

  it('says which forms there are where it knows none', async () => {
    await expect(read('[{"text": "Hi", "label": 1}]')).rejects.toThrow(
      /\(stream\):1 \(byte 1\): expected an object with "conversations" \(ShareGPT\), "mapping" \(ChatGPT export\) or "messages" \(OpenAI\), found an object with "text", "label"/,
    );
    await expect(read('[["Hi"]]')).rejects.toThrow(/expected an object that holds a conversation, found an array/);
  });
});
