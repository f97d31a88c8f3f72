import { describe, expect, it } from 'vitest';
import type { RawConversation } from '../../../src/conversation/index.js';
import { ShareGPTCleaner, type ShareGPTCleanerConfig } from '../../../src/data/index.js';
import { raw } from './support/records.js';

const decide = async (record: RawConversation, config?: ShareGPTCleanerConfig) => {
  const result = (await ShareGPTCleaner.create(config)).cleanOne(record);
  return result.kept ? result.conversation.messages.map(({ content }) => content) : result.reject.reason;
};

const question = 'How do I sort a list?';
const answer = '<div class="markdown prose"><p>Use <code>sorted</code>.</p></div>';

describe('a conversation', () => {
  it('is kept as prompts and markdown replies', async () => {
    expect(await decide(raw(['human', question], ['gpt', answer]))).toEqual([question, 'Use `sorted`.']);
  });

  it.each([
    [[], 'too-short'],
    [[['human', question]], 'too-short'],
    [
      [
        ['gpt', answer],
        ['human', question],
      ],
      'too-short',
    ],
    [
      [
        ['human', question],
        ['human', question],
      ],
      'too-short',
    ],
    [
      [
        ['human', 'Hi'],
        ['gpt', '<p>Hello.</p>'],
      ],
      'too-short',
    ],
    [
      [
        ['human', question],
        ['gpt', '<div class="markdown prose"></div>'],
        ['human', question],
        ['gpt', answer],
      ],
      'too-short',
    ],
    [
      [
        ['human', question],
        ['gpt', answer],
        ['gpt', answer],
      ],
      'wrong-format',
    ],
    [
      [
        ['human', question],
        ['human', question],
        ['gpt', answer],
      ],
      'wrong-format',
    ],
    [
      [
        ['human', question],
        ['bard', answer],
      ],
      'wrong-format',
    ],
    [
      [
        ['human', question],
        ['gpt', answer],
        ['user', question],
        ['gpt', answer],
      ],
      'wrong-format',
    ],
    [
      [
        ['human', 'What is chatGPT?'],
        ['gpt', answer],
      ],
      'blocked-words',
    ],
    [
      [
        ['human', question],
        ['gpt', '<p><a href="https://OPENAI.example">x</a> and a long reply</p>'],
      ],
      'blocked-words',
    ],
    [
      [
        ['human', question],
        ['gpt', '<p>Too many requests in 1 hour. Try again later.</p>'],
      ],
      'blocked-words',
    ],
    [
      [
        ['human', question],
        ['gpt', '!Too many requests in 1 hour. Try again later.'],
      ],
      'blocked-words',
    ],
    [
      [
        ['human', question],
        ['gpt', '<p>a <![foo]> b and a long reply</p>'],
      ],
      'unparsable-html',
    ],
  ] as const)('is left out: %j as %s', async (turns, reason) => {
    expect(await decide(raw(...turns))).toBe(reason);
  });

  it('loses a reply in front and a question at the end', async () => {
    const record = raw(['gpt', answer], ['human', question], ['gpt', answer], ['human', 'And?']);
    expect(await decide(record)).toEqual([question, 'Use `sorted`.']);
  });

  it.each(['', ' \n', '\u200b', '\ufeffx', '\u0007x', '\u00a0'])(
    'ends before a turn that shows nothing: %j',
    async (empty) => {
      const record = raw(
        ['human', question],
        ['gpt', answer],
        ['human', 'More?'],
        ['gpt', `<p>${empty}</p>`],
        ['bard', 'x'],
        ['gpt', 'y'],
      );
      expect(await decide(record)).toEqual([question, 'Use `sorted`.']);
      expect(
        await decide(raw(['human', question], ['gpt', answer], ['human', empty], ['gpt', 'ChatGPT'])),
      ).toHaveLength(2);
    },
  );

  it('is checked turn by turn: what a blocked word follows is decided first', async () => {
    expect(await decide(raw(['human', question], ['bard', 'ChatGPT'], ['gpt', answer]))).toBe('wrong-format');
    expect(await decide(raw(['human', 'ChatGPT'], ['bard', question], ['gpt', answer]))).toBe('blocked-words');
  });

  it('counts characters, not units, and of a prompt those outside its tags', async () => {
    expect(await decide(raw(['human', '😀'.repeat(8)], ['gpt', '<p>1234567</p>']))).toBe('too-short');
    expect(await decide(raw(['human', '😀'.repeat(8)], ['gpt', '<p>12345678</p>']))).toHaveLength(2);
    expect(await decide(raw(['human', '<div><span></span></div>'], ['gpt', answer]))).toBe('too-short');
  });

  it('takes other limits and words from its configuration', async () => {
    const short = raw(['human', 'Hi'], ['gpt', '<p>Hello.</p>']);
    expect(await decide(short, { minimumCharacters: 8 })).toEqual(['Hi', 'Hello.']);
    expect(await decide(raw(['human', 'ChatGPT or not?'], ['gpt', answer]), { blockedWords: [] })).toHaveLength(2);
    expect(await decide(raw(['human', question], ['gpt', answer]), { blockedWords: ['SORT'] })).toBe('blocked-words');
    expect(await decide(raw(['human', question], ['gpt', answer]), { blockedReplies: ['Use'] })).toBe('blocked-words');
  });
});

describe('a prompt', () => {
  const prompt = async (value: string) => (await decide(raw(['human', value], ['gpt', answer])))[0];

  it.each([
    'Fix this: <div class="a">\n  <b>x</b> &amp; y\n</div>',
    'List<String> a = b < c && d > e;',
    '  indented\n\n\n\nand spaced',
    '*not* _touched_ `at` # all',
    '1 / 2 cup of sugar',
  ])('is kept as it was typed: %j', async (text) => expect(await prompt(text)).toBe(text.trim()));

  it.each([
    ['2 / 3How do I', 'How do I'],
    ['2 / 3\nHow do I', 'How do I'],
    ['How do I sort it?Copy17 chars / 5 words', 'How do I sort it?'],
    ['<div class="whitespace-pre-wrap">a &lt;b&gt;\n\nc</div>', 'a <b>\n\nc'],
    ['<div class="markdown prose w-full"><p>a <code>b</code></p></div>', 'a `b`'],
  ])('loses what the page adds: %j', async (text, kept) => expect(await prompt(text)).toBe(kept));
});

describe('other forms of input', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is `<b>`?' },
    { role: 'assistant', content: 'A tag: `<b>bold</b>`.\n\n<b>So</b> it is.' },
  ] as const;

  it('are conversations with roles, whose markdown is left alone and whose system message stays', async () => {
    const result = (await ShareGPTCleaner.create()).cleanOne({ id: 'a', messages, metadata: { model: 'x' } });
    expect(result).toEqual({ kept: true, conversation: { id: 'a', messages, metadata: { model: 'x' } } });
  });

  it("are records in OpenAI's words for the speakers", async () => {
    const turns = messages.map(({ role, content }) => ({ from: role, value: content }));
    expect(await decide({ id: 'a', turns, format: 'markdown' })).toHaveLength(3);
  });

  it('lose a system message that has a blocked word, and nothing else for it', async () => {
    const record = {
      id: 'a',
      messages: [{ role: 'system' as const, content: 'You are ChatGPT.' }, ...messages.slice(1)],
    };
    expect((await ShareGPTCleaner.create()).cleanOne(record)).toMatchObject({
      conversation: { messages: messages.slice(1) },
    });
  });

  it('are told apart from HTML where nobody has looked', async () => {
    const markdown = 'Like so:\n\n```html\n<p>a &amp; b</p>\n```';
    expect(await decide({ ...raw(['human', question], ['gpt', markdown]), format: undefined })).toEqual([
      question,
      markdown,
    ]);
    expect(await decide({ ...raw(['human', question], ['gpt', answer]), format: undefined })).toEqual([
      question,
      'Use `sorted`.',
    ]);
  });
});
