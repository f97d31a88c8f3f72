import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conversation, type ReadChatGPTExportOptions, readChatGPTExport } from '../../src/conversation/index.js';
import { exportChain, exportTree, type MessageSketch } from '../support/chatgpt-export.js';
import { temporaryDirectory } from '../support/temporary.js';

async function* stream(records: readonly unknown[]) {
  yield Buffer.from(JSON.stringify(records));
}

async function read(records: readonly unknown[], options?: ReadChatGPTExportOptions) {
  const run = readChatGPTExport(stream(records), options);
  const conversations: Conversation[] = [];
  for await (const conversation of run) conversations.push(conversation);
  return { conversations, report: await run.result };
}

const texts = ({ messages }: Conversation) => messages.map(({ content }) => content);
const question = { role: 'user', text: 'Why?' };
const answer = { role: 'assistant', text: 'Because.' };

describe('the path through the tree', () => {
  const branched = exportTree(
    {
      root: [null],
      q: ['root', { ...question, time: 1 }],
      old: ['q', { ...answer, text: 'First try.', time: 2 }],
      new: ['q', { ...answer, text: 'Second try.', time: 3 }],
      thanks: ['old', { role: 'user', text: 'Thanks', time: 4 }],
    },
    { current_node: 'new', create_time: 1_700_000_000.5, default_model_slug: 'gpt-4' },
  );

  it('goes from the current message back to the root', async () => {
    const { conversations } = await read([branched]);
    expect(conversations).toEqual([
      {
        id: 'c1',
        messages: [
          { role: 'user', content: 'Why?' },
          { role: 'assistant', content: 'Second try.' },
        ],
        metadata: { title: 'A title', createTime: '2023-11-14T22:13:20.500Z', model: 'gpt-4' },
      },
    ]);
  });

  it.each([undefined, null, 'gone'])('ends in the newest leaf where the current message is %s', async (current) => {
    const { conversations } = await read([{ ...branched, current_node: current }]);
    expect(texts(conversations[0]!)).toEqual(['Why?', 'First try.', 'Thanks']);
  });

  it('gives every branch on request, each with an id of its own', async () => {
    const { conversations, report } = await read([branched], { allBranches: true });
    expect(conversations.map(({ id }) => id)).toEqual(['c1/new', 'c1/thanks']);
    expect(conversations.map((conversation) => texts(conversation).at(-1))).toEqual(['Second try.', 'Thanks']);
    expect(report).toMatchObject({ records: 1, conversations: 2, skipped: 0 });
  });

  it('gives a branch once when branches differ only in what is not shown', async () => {
    const tree = exportTree({
      root: [null],
      q: ['root', question],
      a: ['q', answer],
      tool: ['a', { role: 'tool', text: 'x' }],
      thought: ['a', { role: 'assistant', content: { content_type: 'thoughts', thoughts: [] } }],
    });
    const { conversations } = await read([tree], { allBranches: true });
    expect(conversations.map(({ id }) => id)).toEqual(['c1/tool']);
  });

  it('ends where a parent is missing, and does not follow a cycle', async () => {
    const orphan = exportTree({ q: ['gone', question], a: ['q', answer] });
    const cycle = exportTree({ q: ['a', question], a: ['q', answer] });
    const { conversations } = await read([
      orphan,
      { ...cycle, conversation_id: 'c2' },
      { ...cycle, current_node: null },
    ]);
    for (const conversation of conversations) expect(texts(conversation).sort()).toEqual(['Because.', 'Why?']);
    expect(conversations).toHaveLength(3);
  });

  it('comes to an end with a tree of any shape, and shows each message at most once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
    const node = fc.record({
      parent: fc.constantFrom(...ids, null, 'gone', 7, undefined),
      children: fc.anything(),
      message: fc.oneof(
        fc.anything(),
        fc.record(
          {
            author: fc.oneof(fc.record({ role: fc.constantFrom('user', 'assistant', 'system', 3) }), fc.anything()),
            content: fc.oneof(
              fc.record({ content_type: fc.string(), parts: fc.array(fc.oneof(fc.string(), fc.anything())) }),
              fc.anything(),
            ),
            metadata: fc.anything(),
            create_time: fc.oneof(fc.double(), fc.anything()),
          },
          { requiredKeys: [] },
        ),
      ),
    });
    const mapping = fc.dictionary(fc.constantFrom(...ids), fc.oneof({ weight: 9, arbitrary: node }, fc.anything()));
    await fc.assert(
      fc.asyncProperty(mapping, fc.constantFrom(...ids, null), fc.boolean(), async (nodes, current, allBranches) => {
        const { conversations, report } = await read([{ mapping: nodes, current_node: current }], { allBranches });
        expect(report.conversations + report.skipped).toBeGreaterThanOrEqual(1);
        for (const { id, messages } of conversations) {
          expect(id).not.toBe('');
          expect(messages.length).toBeLessThanOrEqual(ids.length);
          const pairs = messages.slice(1).map(({ role }, index) => [messages[index]?.role, role]);
          for (const [before, after] of pairs) expect(before).not.toBe(after);
        }
        expect(new Set(conversations.map(({ id }) => id)).size).toBe(conversations.length);
      }),
      { numRuns: 500 },
    );
  });

  it('is found in trees of a hundred thousand messages', async () => {
    const chain = Array.from({ length: 100_000 }, (_, index) => ({
      role: index % 2 ? 'assistant' : 'user',
      text: `${index}`,
    }));
    const mapping = Object.fromEntries(
      chain.map(({ role, text }, index) => [
        `n${index}`,
        { parent: index === 0 ? null : `n${index - 1}`, message: { author: { role }, content: { parts: [text] } } },
      ]),
    );
    const { conversations } = await read([{ mapping, current_node: 'n99999' }]);
    expect(conversations[0]?.messages).toHaveLength(100_000);
  });
});

describe('what a conversation shows', () => {
  const shown = async (...messages: readonly MessageSketch[]) => {
    const { conversations } = await read([exportChain(question, ...messages, { role: 'assistant', text: 'End.' })]);
    return texts(conversations[0]!).slice(1).join(' | ');
  };

  it.each([
    ['a system message', { role: 'system', text: 'You are ChatGPT.' }],
    ['the result of a tool', { role: 'tool', text: 'x', author: { role: 'tool', name: 'browser' } }],
    ['a call of a tool', { role: 'assistant', recipient: 'python', content: { content_type: 'code', text: '1+1' } }],
    ['a hidden message', { ...answer, metadata: { is_visually_hidden_from_conversation: true } }],
    ['a message of weight 0', { ...answer, weight: 0 }],
    ['a preamble', { ...answer, metadata: { is_thinking_preamble_message: true } }],
    ['a working note', { ...answer, channel: 'commentary' }],
    ['thoughts', { role: 'assistant', content: { content_type: 'thoughts', thoughts: [{ content: 'Hm.' }] } }],
    ['a recap', { role: 'assistant', content: { content_type: 'reasoning_recap', content: 'Thought for 3s' } }],
    ['custom instructions', { content: { content_type: 'user_editable_context', user_profile: 'Secret.' } }],
    [
      'memory',
      { role: 'assistant', content: { content_type: 'model_editable_context', model_set_context: 'Secret.' } },
    ],
    ['output of code', { role: 'assistant', content: { content_type: 'execution_output', text: '2' } }],
    ['a quoted page', { role: 'assistant', content: { content_type: 'tether_quote', text: 'x', url: 'https://a.b' } }],
    ['an error notice', { role: 'assistant', content: { content_type: 'system_error', text: 'x', name: 'E' } }],
    ['an empty message', { role: 'assistant', text: ' \n' }],
    ['no content', { role: 'assistant', content: null }],
  ])('is not %s', async (_, message) => {
    expect(await shown(message)).toBe('End.');
  });

  it('makes one turn of what one speaker sends in a row', async () => {
    expect(
      await shown(
        { role: 'assistant', text: 'One.' },
        { role: 'tool', text: 'x' },
        { role: 'assistant', text: 'Two.' },
      ),
    ).toBe('One.\n\nTwo.\n\nEnd.');
  });

  it('has code in a fence that names its language and is longer than any in it', async () => {
    const code = (text: string, language: string) => ({
      role: 'assistant',
      content: { content_type: 'code', language, text },
    });
    expect(await shown(code('1 + 1\n', 'python'))).toBe('```python\n1 + 1\n```\n\nEnd.');
    expect(await shown(code('````', 'unknown'))).toBe('`````\n````\n`````\n\nEnd.');
  });

  const picture = { content_type: 'image_asset_pointer', asset_pointer: 'sediment://file_1', width: 1 };
  const withPicture = exportChain(
    { content: { content_type: 'multimodal_text', parts: [picture, 'What is this?'] } },
    {
      content: {
        content_type: 'multimodal_text',
        parts: ['', { content_type: 'audio_transcription', text: 'Hello' }, { content_type: 'audio_asset_pointer' }],
      },
    },
    answer,
  );

  it('has a placeholder for a picture, the words of speech, and the number of attachments', async () => {
    const { conversations } = await read([withPicture]);
    expect(texts(conversations[0]!)).toEqual(['![image]()\n\nWhat is this?\n\nHello', 'Because.']);
    expect(conversations[0]?.metadata).toMatchObject({ attachments: 1 });
  });

  it('leaves out conversations with pictures on request, and counts them', async () => {
    const { conversations, report } = await read([withPicture, exportChain(question, answer)], { images: 'skip' });
    expect(conversations).toHaveLength(1);
    expect(report.skips).toMatchObject([{ reason: 'media', count: 1 }]);
  });

  it('skips and counts a conversation that shows nothing', async () => {
    const { report } = await read([exportChain({ role: 'system', text: 'x' }), { mapping: {} }]);
    expect(report).toMatchObject({ conversations: 0, skipped: 2, skips: [{ reason: 'no-messages', count: 2 }] });
  });
});

describe('marks in replies', () => {
  const reply = async (text: string) => {
    const { conversations } = await read([exportChain(question, { role: 'assistant', text })]);
    return conversations[0]?.messages[1]?.content;
  };

  it.each([
    [
      'a citation',
      'Water\ue200cite\ue202turn0search0\ue202turn1news2\ue201 is wet \ue200cite\ue202turn0search1\ue201.',
      'Water is wet.',
    ],
    [
      'an entity',
      'By \ue200entity\ue202["people","Ada \\"A.\\" Lovelace","mathematician"]\ue201.',
      'By Ada "A." Lovelace.',
    ],
    [
      'a link',
      'See \ue200url\ue202the site\ue202https://example.com/a\ue201.',
      'See [the site](https://example.com/a).',
    ],
    ['a link into search results', 'See \ue200url\ue202the site\ue202turn0search0\ue201.', 'See the site.'],
    ['a widget', 'Here:\n\ue200image_group\ue202{"layout":"carousel"}\ue201\nDone.', 'Here:\n\nDone.'],
    ['a marker that was cut off', 'Water is wet \ue200cite\ue202turn0sea', 'Water is wet'],
    ['a stray delimiter', '\ue203Water\ue204 is wet\ue206', 'Water is wet'],
    [
      'an old citation',
      'Water is wet【12†L3-L9】 and【4:0†source】 blue :contentReference[oaicite:3]{index=3}.',
      'Water is wet and blue.',
    ],
    ['a broken entity', 'A \ue200entity\ue202[oops\ue201 b', 'A b'],
  ])('are taken out: %s', async (_, text, expected) => {
    expect(await reply(text)).toBe(expected);
  });

  it('leave other private-use characters, brackets and the user alone', async () => {
    expect(await reply('\uf8ff \ue0b0 【注意】 [1]')).toBe('\uf8ff \ue0b0 【注意】 [1]');
    const { conversations } = await read([exportChain({ text: 'What is \ue200cite\ue201?' }, answer)]);
    expect(texts(conversations[0]!)[0]).toBe('What is \ue200cite\ue201?');
  });
});

describe('the files of an export', () => {
  it('are found in its folder, split or not', async () => {
    const directory = await temporaryDirectory();
    const record = (id: string) => JSON.stringify([{ ...exportChain(question, answer), conversation_id: id }]);
    for (const [name, id] of [
      ['conversations-001.json', '2'],
      ['conversations-000.json', '1'],
      ['conversations-010.json', '3'],
    ] as const)
      await writeFile(join(directory, name), record(id));
    for (const other of ['user.json', 'shared_conversations.json', 'chat.html'])
      await writeFile(join(directory, other), '{}');
    const ids = [];
    for await (const { id } of readChatGPTExport(directory)) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
  });

  it('are missed with a word on which folder to name', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'export'));
    await expect(readChatGPTExport(directory).result).rejects.toThrow(/holds no conversations\.json.*Name the folder/);
    await expect(readChatGPTExport(join(directory, 'none')).result).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('may be one conversation alone, as browser tools save it', async () => {
    async function* pretty() {
      yield Buffer.from(
        JSON.stringify({ ...exportChain(question, answer), conversation_id: undefined, id: 'c9' }, null, 2),
      );
    }
    for await (const { id } of readChatGPTExport(pretty())) expect(id).toBe('c9');
  });

  it('of another form are told what was expected', async () => {
    await expect(read([{ conversations: [] }])).rejects.toThrow(
      /expected a conversation of ChatGPT's export, .*, found an object with "conversations"/,
    );
  });
});
