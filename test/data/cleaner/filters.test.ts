import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/core/index.js';
import { ShareGPTCleaner, type ShareGPTCleanerConfig } from '../../../src/data/index.js';

const judge = async (config: ShareGPTCleanerConfig, question: string, reply: string) => {
  const messages = [
    { role: 'user' as const, content: question },
    { role: 'assistant' as const, content: reply },
  ];
  const result = (await ShareGPTCleaner.create(config)).cleanOne({ id: 'a', messages });
  return result.kept ? 'kept' : result.reject.reason;
};

const texts = {
  en: ['How do I boil an egg?', 'Put it into boiling water and wait for eight minutes.'],
  de: ['Wie koche ich ein Ei?', 'Legen Sie es in kochendes Wasser und warten Sie acht Minuten.'],
  fr: ['Comment cuire un œuf ?', "Plongez-le dans l'eau bouillante et attendez huit minutes."],
  zh: ['怎么煮鸡蛋？', '把鸡蛋放进开水里，煮八分钟。'],
  ja: ['卵はどうやって茹でますか？', '沸騰したお湯に入れて、八分間待ってください。'],
  ru: ['Как сварить яйцо?', 'Положите его в кипящую воду и подождите восемь минут.'],
  ar: ['كيف أسلق بيضة؟', 'ضعها في الماء المغلي وانتظر ثماني دقائق.'],
} as const;

describe('languages', () => {
  it.each(Object.entries(texts))('tells %s and keeps or skips it', async (code, [question, reply]) => {
    const other = code === 'en' ? 'de' : 'en';
    expect(await judge({ languages: { keep: [code] } }, question, reply)).toBe('kept');
    expect(await judge({ languages: { keep: [other] } }, question, reply)).toBe('language');
    expect(await judge({ languages: { skip: [code] } }, question, reply)).toBe('language');
    expect(await judge({ languages: { skip: [other] } }, question, reply)).toBe('kept');
  });

  it('are judged without the code', async () => {
    const code = '```python\nfor item in items:\n    print("the quick brown fox jumps over the lazy dog")\n```';
    expect(await judge({ languages: { keep: ['zh'] } }, '请写一个循环', `好的，这是代码：\n\n${code}`)).toBe('kept');
  });

  it('that cannot be told are not kept, and not skipped', async () => {
    expect(await judge({ languages: { keep: ['en'] } }, '1234567890', '```\nprint(1)\n```')).toBe('language');
    expect(await judge({ languages: { skip: ['en'] } }, '1234567890', '```\nprint(1)\n```')).toBe('kept');
  });

  it('must be codes of languages that can be told', async () => {
    await expect(ShareGPTCleaner.create({ languages: { keep: ['en', 'tlh'] } })).rejects.toThrow(
      /languages\.keep\.1.*two lower-case/s,
    );
    await expect(ShareGPTCleaner.create({ languages: { skip: ['xx'] } })).rejects.toThrow(
      /languages\.skip\.0.*"xx".*there are.*de/s,
    );
    await expect(ShareGPTCleaner.create({ languages: { skip: [] } })).rejects.toBeInstanceOf(ConfigError);
  });
});

describe('wrong list numbering', () => {
  const numbering = (reply: string, config: ShareGPTCleanerConfig = { rejectWrongListNumbering: true }) =>
    judge(config, 'List some things, please.', reply);

  it.each([
    'Steps:\n\n1. First\n\n1. Second\n\n1. Third',
    '1. A list with a 2 in it\n\n   text\n\n1. Next',
    'x\n\n- a\n  1. one\n  1. one again',
    '1) a\n\nSome words.\n\n1) b',
  ])('is a list that starts over at 1: %j', async (reply) =>
    expect(await numbering(reply)).toBe('wrong-list-numbering'),
  );

  it.each([
    '1. a\n2. b\n\nThen:\n\n1. c\n2. d',
    '1. a\n   1. x\n   2. y\n2. b\n   1. z',
    '## One\n\n1. a\n\n## Two\n\n1. b',
    '1. Run\n\n   ```\n   1. not\n   1. a list\n   ```\n2. Done',
    'In version 1. x and 1. y',
  ])('is not one that starts again for a reason: %j', async (reply) => expect(await numbering(reply)).toBe('kept'));

  it('does not matter unless asked for', async () => {
    expect(await numbering('1. First\n\n1. Second', {})).toBe('kept');
  });
});

describe('repetition', () => {
  const repetition = (reply: string, config: ShareGPTCleanerConfig = { rejectRepetition: true }) =>
    judge(config, 'Say something about milk.', reply);

  it.each([
    'I like milk. '.repeat(8),
    `Well, ${'the milk is white and '.repeat(6)}so on`,
    Array.from({ length: 12 }, (_, index) => `${index + 1}. Buy milk.`).join('\n'),
    '我喜欢牛奶。'.repeat(12),
    'ha'.repeat(40),
  ])('is the same thing over and over: %j', async (reply) => expect(await repetition(reply)).toBe('repetition'));

  it.each([
    'No, no, no, no, no, no. I do not.',
    `A rule:\n\n${'-'.repeat(80)}\n\n| a | b | c | d | e | f | g | h |\n|${' --- |'.repeat(20)}`,
    `\`\`\`\n${'0, '.repeat(60)}\n\`\`\``,
    'Milk is white. Milk is good. Milk comes from cows, goats and sheep, and is drunk all over the world.',
  ])('is not %j', async (reply) => expect(await repetition(reply)).toBe('kept'));

  it('does not matter unless asked for', async () => {
    expect(await repetition('I like milk. '.repeat(8), {})).toBe('kept');
  });
});

describe('a configuration', () => {
  it('that cannot be used names every field at fault', async () => {
    const config = { minimumCharacters: -1, blockedWords: [''], keep: ['en'] } as ShareGPTCleanerConfig;
    await expect(ShareGPTCleaner.create(config)).rejects.toThrow(/blockedWords\.0.*minimumCharacters/s);
    await expect(ShareGPTCleaner.create({ languages: 'en' } as never)).rejects.toThrow(/languages.*must be "all"/s);
  });
});
