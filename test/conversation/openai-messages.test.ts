import { describe, expect, it } from 'vitest';
import { type Conversation, type ReadOpenAIMessagesOptions, readOpenAIMessages } from '../../src/conversation/index.js';

async function read(records: readonly unknown[], options?: ReadOpenAIMessagesOptions) {
  async function* lines() {
    yield Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));
  }
  const run = readOpenAIMessages(lines(), options);
  const conversations: Conversation[] = [];
  for await (const conversation of run) conversations.push(conversation);
  return { conversations, report: await run.result };
}

const user = { role: 'user', content: 'Why?' };
const assistant = { role: 'assistant', content: 'Because.' };

describe('readOpenAIMessages', () => {
  it('reads system, developer, user and assistant messages', async () => {
    const { conversations } = await read([
      { messages: [{ role: 'system', content: 'Be brief.' }, user, { ...assistant, name: 'x', weight: 1 }] },
      { messages: [{ role: 'developer', content: 'Be brief.' }, user, assistant] },
    ]);
    const messages = [{ role: 'system', content: 'Be brief.' }, user, assistant];
    expect(conversations.map((conversation) => conversation.messages)).toEqual([messages, messages]);
    expect(conversations[0]).not.toHaveProperty('metadata');
    expect(conversations[0]?.id).toMatch(/^content-/);
    expect(conversations[1]?.id).toBe(conversations[0]?.id);
  });

  it('keeps an id, and other fields as metadata, but not the description of tools', async () => {
    const record = { id: 'a', source: 'crm', metadata: { team: 1 }, tools: [], parallel_tool_calls: false };
    const { conversations } = await read([{ ...record, messages: [user, assistant] }]);
    expect(conversations[0]).toEqual({ id: 'a', messages: [user, assistant], metadata: { source: 'crm', team: 1 } });
  });

  it('joins the parts of a message as paragraphs, with a placeholder for a picture', async () => {
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ];
    const record = { messages: [{ role: 'user', content }, assistant] };
    expect((await read([record])).conversations[0]?.messages[0]?.content).toBe('What is this?\n\n![image]()');
    const { conversations, report } = await read([record], { images: 'skip' });
    expect(conversations).toEqual([]);
    expect(report.skips).toMatchObject([{ reason: 'media', count: 1, examples: [{ location: { line: 1 } }] }]);
  });

  it.each([
    ['a call', [user, { role: 'assistant', content: null, tool_calls: [{}] }, { role: 'tool', content: '2' }]],
    ['an old call', [user, { role: 'assistant', content: null, function_call: {} }]],
    ['a result', [user, { role: 'function', content: '2' }, assistant]],
  ])('leaves out and counts a record with %s of a tool, without failing', async (_, messages) => {
    const { conversations, report } = await read([{ messages }, { messages: [user, assistant] }]);
    expect(conversations).toHaveLength(1);
    expect(report).toMatchObject({ records: 2, skipped: 1, skips: [{ reason: 'tool-use', count: 1 }] });
  });

  it('never lets a reply of weight 0 be learned', async () => {
    const unlearned = { ...assistant, content: 'Wrong.', weight: 0 };
    const { conversations, report } = await read([
      { id: 'end', messages: [user, assistant, user, unlearned] },
      { id: 'before', messages: [user, unlearned, user, assistant] },
      { id: 'only', messages: [user, unlearned] },
    ]);
    expect(conversations).toEqual([{ id: 'end', messages: [user, assistant] }]);
    expect(report.skips.map(({ reason, count }) => [reason, count])).toEqual([
      ['not-learned', 1],
      ['no-messages', 1],
    ]);
  });

  it.each([
    ['no messages', { id: 'x' }, /expected a record such as \{"messages"/],
    [
      'another role',
      { messages: [{ role: 'narrator', content: '' }] },
      /messages\[0\]\.role: expected system, .*found "narrator"/,
    ],
    [
      'no content',
      { messages: [user, { role: 'assistant' }] },
      /messages\[1\]\.content: expected text or an array of parts, found nothing/,
    ],
    [
      'an unknown part',
      { messages: [{ role: 'user', content: [{ type: 'video' }] }] },
      /messages\[0\]\.content\[0\]: expected a part/,
    ],
    ['a message that is text', { messages: ['Hi'] }, /messages\[0\]: expected a message such as .*, found "Hi"/],
  ])('stops at a record with %s', async (_, record, message) => {
    await expect(read([record])).rejects.toThrow(message);
    expect((await read([record], { onBadRecord: 'skip' })).report.skips).toMatchObject([{ reason: 'wrong-form' }]);
  });
});
