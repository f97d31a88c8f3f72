import { describe, expect, it } from 'vitest';
import { type Conversation, readConversations, toConversation } from '../../../src/conversation/index.js';
import { createScrubber, type PersonalDataKind, type ScrubConfig, scrubPersonalData } from '../../../src/data/index.js';
import { harmlessTexts, labelledPersonalData } from '../../support/personal-data.js';
import { sharedData } from '../../support/shared-data.js';

const scrub = (text: string, config?: ScrubConfig) => createScrubber(config).scrubText(text).text;
const all: ScrubConfig = {
  kinds: ['e-mail', 'phone', 'payment-card', 'iban', 'api-key', 'private-key', 'password', 'ip-address', 'us-ssn'],
};
const talk = (id: string, ...contents: string[]): Conversation => ({
  id,
  messages: contents.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content })),
});

describe('createScrubber', () => {
  it.each<[string, string, string]>([
    ['an e-mail address', 'ask <Ann.Lee+x@mail.acme.co.uk>!', 'ask <[e-mail]>!'],
    ['one in a link', '[a@b.org](mailto:a@b.org)', '[[e-mail]](mailto:[e-mail])'],
    ['one of another script', 'пишите: иван@почта.рф', 'пишите: [e-mail]'],
    ['an international number', 'Ring +49 (0)30 901820-5 now', 'Ring [phone] now'],
    ['a bare number behind its word', 'Tel.: 2127365000', 'Tel.: [phone]'],
    ['one behind its word in Chinese', '电话:13800138000', '电话:[phone]'],
    [
      'a card',
      'Visa 4929-4212-3456-7899 12/27'.replace('4929-4212-3456-7899', '4556-7375-8689-9855'),
      'Visa [payment-card] 12/27',
    ],
    ['an account', 'IBAN DE02 1203 0000 0000 2020 51.', 'IBAN [iban].'],
    ['a key', 'OPENAI_API_KEY=sk-proj-a8Bc7dE9fGh1JkLmN2pQ', 'OPENAI_API_KEY=[api-key]'],
    ['an assigned secret', 'api_key = "9f8e7d6c5b4a39281706f5e4"', 'api_key = "[api-key]"'],
    ['a password in a URL', 'postgres://ann:t0ps3cr3t@db.acme.org/x', 'postgres://ann:[password]@db.acme.org/x'],
    ['an IP address', 'from 84.17.52.9 and 2a02:810d:4bc0:1::1f', 'from [ip-address] and [ip-address 2]'],
    ['a social security number', 'SSN 536-22-8714', 'SSN [us-ssn]'],
  ])('replaces %s', (_, text, scrubbed) => {
    expect(scrub(text, all)).toBe(scrubbed);
  });

  it('replaces the block of a private key, also one that was cut off', () => {
    const body = Array.from({ length: 6 }, (_, line) => `${line}`.padEnd(64, 'MIIEvQIBADAN')).join('\n');
    const begin = '-----BEGIN RSA PRIVATE KEY-----';
    expect(scrub(`Mine:\n${begin}\n${body}\nabc=\n-----END RSA PRIVATE KEY-----\nKeep it.`)).toBe(
      'Mine:\n[private-key]\nKeep it.',
    );
    expect(scrub(`${begin}\n${body}\n\nAnd then?`)).toBe('[private-key]\n\nAnd then?');
  });

  it.each(harmlessTexts)('leaves %j', (text) => {
    expect(createScrubber(all).scrubText(text)).toEqual({ text, found: expect.not.objectContaining({ phone: 1 }) });
  });

  it('gives equal values of a conversation equal placeholders, and counts by kind', () => {
    const conversation = {
      ...talk('a', 'I am ann@acme.org, not bob@acme.org.', 'Hello ANN@acme.org.'),
      metadata: { title: 'For bob@acme.org', pages: 2 },
    };
    const { conversation: scrubbed, found } = createScrubber().scrubConversation(conversation);
    expect(scrubbed).toEqual({
      ...talk('a', 'I am [e-mail], not [e-mail 2].', 'Hello [e-mail].'),
      metadata: { title: 'For [e-mail 2]', pages: 2 },
    });
    expect(found).toMatchObject({ 'e-mail': 4, phone: 0 });
  });

  it('can be told of words for placeholders, domains to keep, and to replace documentation values too', () => {
    const text = 'ann@acme.org, help@eu.vicuna.ai, user@example.com';
    const config = { placeholders: { 'e-mail': 'address' }, numbered: false, keepDomains: ['vicuna.ai'] } as const;
    expect(scrub(text, config)).toBe('[address], help@eu.vicuna.ai, user@example.com');
    expect(scrub('user@example.com (212) 555-0123', { keepDocumentationValues: false })).toBe('[e-mail] [phone]');
    expect(() => createScrubber({ placeholders: { phone: 'a]b' } })).toThrow(/placeholders\.phone: must be/);
  });

  it('finds what it has replaced no second time', () => {
    for (const { text } of labelledPersonalData(2, 300)) {
      const once = scrub(text);
      expect(scrub(once)).toBe(once);
    }
  });

  it('finds at least 99 of 100 made-up values of each kind, as that kind and whole', () => {
    const found = new Map<PersonalDataKind, [hits: number, all: number]>();
    const missed: string[] = [];
    for (const { text, values } of labelledPersonalData(1, 4000))
      for (const { kind, value } of values) {
        const tally = found.get(kind) ?? [0, 0];
        found.set(kind, tally);
        tally[1]++;
        if (scrub(text) === text.replace(value, () => `[${kind}]`)) tally[0]++;
        else missed.push(`${text} -> ${scrub(text)}`);
      }
    for (const [kind, [hits, count]] of found)
      expect(hits / count, `${kind}\n${missed.join('\n')}`).toBeGreaterThan(0.99);
    expect(found.size).toBe(5);
  });

  it.each<[string, (size: number) => string]>([
    ['signs', (size) => '@'.repeat(size)],
    ['addresses that never end', (size) => 'a.@a-'.repeat(size / 5)],
    ['digits', (size) => '1'.repeat(size)],
    ['groups of digits', (size) => '0301 '.repeat(size / 5)],
    ['brackets', (size) => '+(1) '.repeat(size / 5)],
    ['tokens', (size) => 'eyJaaaaaaaa.'.repeat(size / 12)],
    ['one key', (size) => `sk-${'a-'.repeat(size / 2)}`],
    ['headers of keys', (size) => '-----BEGIN RSA PRIVATE KEY-----\n'.repeat(size / 32)],
    ['a key without an end', (size) => `-----BEGIN PRIVATE KEY-----${`\n${'A'.repeat(64)}`.repeat(size / 65)}`],
    ['a body of header lines', (size) => `-----BEGIN PRIVATE KEY-----\n${'Aaaa: '.repeat(size / 6)}`],
    ['URLs', (size) => 'a://b:c'.repeat(size / 7)],
    ['accounts', (size) => 'DE02 1203 '.repeat(size / 10)],
    ['addresses of machines', (size) => '1.2.3.'.repeat(size / 6)],
    ['colons', (size) => 'a:b:'.repeat(size / 4)],
    ['assignments', (size) => 'api_key api-key = '.repeat(size / 18)],
    ['spaces', (size) => `token${' '.repeat(size)}`],
  ])(
    'comes to an end on a million hostile characters, where quadratic work would need hours: %s',
    (_, text) => {
      const { found } = createScrubber(all).scrubText(text(1_000_000));
      expect(Object.values(found).every(Number.isFinite)).toBe(true);
    },
    60_000,
  );
});

describe('scrubPersonalData', () => {
  it('is a stage: conversations in order, the untouched ones as they were, a report by kind without any value', async () => {
    const plain = talk('b', 'Hi', 'Hello');
    const seen: unknown[] = [];
    const run = scrubPersonalData(
      [talk('a', 'ann@acme.org', 'Noted.'), plain],
      {},
      { onFound: (found) => seen.push(found) },
    );
    const out: Conversation[] = [];
    for await (const conversation of run) out.push(conversation);
    expect(out[1]).toBe(plain);
    const report = await run.result;
    expect(report).toMatchObject({ conversations: 2, changed: 1, found: { 'e-mail': 1, phone: 0 } });
    expect(seen).toMatchObject([{ id: 'a', found: { 'e-mail': 1 } }]);
    expect(JSON.stringify([report, seen])).not.toContain('ann');
  });

  it('stops when it is told to, and refuses a wrong configuration at once', async () => {
    const controller = new AbortController();
    const run = scrubPersonalData(
      Array.from({ length: 10 }, (_, at) => talk(`${at}`, 'x', 'y')),
      {},
      controller,
    );
    for await (const { id } of { [Symbol.asyncIterator]: () => abortable(run, controller) }) expect(id).toBe('0');
    await expect(run.result).rejects.toBe('enough');
    expect(() => scrubPersonalData([], { kinds: ['names' as never] })).toThrow(/kinds\.0/);
  });
});

async function* abortable<T>(run: AsyncIterable<T>, controller: AbortController) {
  try {
    for await (const item of run) {
      yield item;
      controller.abort('enough');
    }
  } catch (error) {
    expect(error).toBe('enough');
  }
}

const real = sharedData('data/conversations/vicuna-sample-230629.json');
const dummies = sharedData('data/conversations/dummy_conversation.json');

describe.skipIf(real === undefined || dummies === undefined)('on real conversations', () => {
  it('finds what one user wrote of himself, and nothing else in more than five hundred', async () => {
    async function* conversations() {
      for await (const raw of readConversations([real!, dummies!]))
        yield toConversation({ ...raw, format: 'markdown' });
    }
    const changed: string[] = [];
    const run = scrubPersonalData(conversations(), all, { onFound: ({ id }) => changed.push(id) });
    let text = '';
    for await (const { messages } of run) text += messages.map(({ content }) => content).join('\n');
    const { conversations: count, found } = await run.result;
    expect(count).toBeGreaterThan(500);
    expect(changed).toHaveLength(1);
    expect(Object.entries(found).filter(([, number]) => number > 0)).toEqual([
      ['e-mail', 7],
      ['phone', 3],
    ]);
    // One address and one number, each the same wherever it stands.
    expect(text).not.toMatch(/\[(?:e-mail|phone) 2\]/);
  });
});
