import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readConversations } from '../../scripts/demo-export/export.js';
import { dataDirectory, renderFiles } from '../../scripts/demo-export/files.js';
import { pages } from '../../scripts/demo-export/pages.js';
import type { Question } from '../../scripts/demo-export/questions.js';
import type { ShareGptRecord } from '../../scripts/demo-export/records.js';
import { type RejectReason, rejectedRecords } from '../../scripts/demo-export/rejected.js';

const read = (name: string) => readFile(new URL(name, dataDirectory), 'utf8');
const conversations = await readConversations();
const records: ShareGptRecord[] = JSON.parse(await read('sharegpt-html.json'));
const questions: Question[] = JSON.parse(await read('questions.json'));
const bad = new Map<ShareGptRecord, RejectReason>(
  rejectedRecords.map(({ record, reason }) => [
    records.find((candidate) => JSON.stringify(candidate) === JSON.stringify(record))!,
    reason,
  ]),
);
const good = records.filter((record) => !bad.has(record));
const html = good.flatMap(({ conversations: turns }) => turns.map(({ value }) => value)).join('\n');

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };

/** The text of a reply, roughly: what is left without its tags, its buttons and the counters around it. */
function textOf({ from, value }: ShareGptRecord['conversations'][number]): string {
  if (from === 'human') return value;
  return value
    .replace(/<span class="flex-grow[^>]*>.*?<\/span>|<div class="flex items-center text-xs">.*?<\/div>/g, '')
    .replace(/<button.*?<\/button>|<svg.*?<\/svg>|<[^>]+>/gs, '')
    .replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity]!)
    .trim();
}

const functionWords: Readonly<Record<string, readonly string[]>> = {
  de: 'der die das den und ist ich nicht ein eine dann wie auf mit es'.split(' '),
  en: 'the a is of and to it in for i on with do an'.split(' '),
  es: 'el la los las y de que un una se si en es del qué'.split(' '),
  fr: "le la les et des une est qu'on dans en il du sur ce".split(' '),
  fi: 'ja on saa sieltä suoraan kyllä niin milloin mukaan yleensä'.split(' '),
};

/** The language whose commonest words a record holds most of. */
function languageOf(record: ShareGptRecord): string {
  const text = record.conversations.map(textOf).join(' ').toLowerCase();
  if (/\p{Script=Han}/u.test(text)) return 'zh';
  const words = text.split(/[^\p{L}']+/u);
  const count = (language: string) => words.filter((word) => functionWords[language]!.includes(word)).length;
  return Object.keys(functionWords).reduce((best, language) => (count(language) > count(best) ? language : best));
}

/** FastChat's reasons in FastChat's order, then the filters that one asks for. */
function rejectReason(record: ShareGptRecord, seen: Set<string>): RejectReason | undefined {
  let turns = [...record.conversations];
  if (turns.length > 1 && turns[0]?.from !== 'human') turns = turns.slice(1);
  if (turns.at(-1)?.from === 'human') turns = turns.slice(0, -1);
  if (turns.length < 2) return 'too-short';
  const texts: string[] = [];
  for (const [index, turn] of turns.entries()) {
    if (turn.from !== (index % 2 === 0 ? 'human' : 'gpt')) return 'wrong-format';
    if (/openai|chatgpt/i.test(turn.value)) return 'blocked-words';
    const text = textOf(turn);
    if (turn.from === 'gpt' && /^!?Too many requests in 1 hour\. Try again later\./.test(text))
      return 'blocked-response';
    if (text === '') break;
    texts.push(text);
  }
  if (texts.length < 2 || texts.join('').length < 16) return 'too-short';
  if (seen.has(record.id)) return 'duplicate-id';
  if (record.plugins !== undefined) return 'plugins';
  const firstRound = JSON.stringify(texts.slice(0, 2));
  if (seen.has(firstRound)) return 'duplicate-text';
  seen.add(record.id).add(firstRound);
  if (turns.some(({ value }) => /<ol><li>(?!.*<\/li><li>).*<\/ol>.*<ol><li>/.test(value))) return 'list-numbering';
  if (texts.some((text) => /(\d)\1{8}/.test(text) || /(.{8,}?)\1{8}/.test(text))) return 'repetition';
  return languageOf(record) === 'fi' ? 'language' : undefined;
}

describe("the demo's export", () => {
  it('is what the generator makes of the written conversations', async () => {
    for (const [name, content] of await renderFiles()) expect(await read(name), name).toBe(content);
  });

  it('holds 72 to 80 good conversations in five languages, about half of them English', () => {
    const languages = conversations.map(({ language }) => language);
    expect(good).toHaveLength(conversations.length);
    expect(good.length).toBeGreaterThanOrEqual(72);
    expect(good.length).toBeLessThanOrEqual(80);
    expect(new Set(languages)).toEqual(new Set(['de', 'en', 'es', 'fr', 'zh']));
    const english = languages.filter((language) => language === 'en').length / languages.length;
    expect(english).toBeCloseTo(0.5, 1);
  });

  it('speaks in each conversation the language that its file claims', () => {
    const detected = good.map((record) => [record.id, languageOf(record)]);
    expect(detected).toEqual(conversations.map(({ id, language }) => [id, language]));
  });

  it('has two to four rounds a conversation, and a few longer ones', () => {
    const rounds = conversations.map(({ turns }) => turns.filter(({ from }) => from === 'gpt').length);
    expect(Math.min(...rounds)).toBe(2);
    expect(rounds.filter((count) => count >= 5).length).toBeGreaterThanOrEqual(3);
    expect(rounds.filter((count) => count >= 5).length).toBeLessThanOrEqual(6);
  });

  it('is short enough for a tiny model to learn by heart', () => {
    const latin = conversations.filter(({ language }) => language !== 'zh').flatMap(({ turns }) => turns);
    const characters = latin.reduce((sum, { text }) => sum + text.length, 0);
    expect(characters).toBeGreaterThan(22_000);
    expect(characters).toBeLessThan(28_000);
  });

  it('asks nothing twice: questions begin differently and are never nearly equal', () => {
    const asked = conversations.flatMap(({ turns }) => turns.filter(({ from }) => from === 'human'));
    const first = conversations.map(({ turns }) => turns.find(({ from }) => from === 'human')!.text);
    const openings = first.map((text) =>
      /^\p{Script=Han}/u.test(text) ? text : text.split(' ').slice(0, 3).join(' '),
    );
    expect(openings.filter((opening, index) => openings.indexOf(opening) !== index)).toEqual([]);
    const pairs = asked.map(({ text }) => letterPairs(text));
    const alike = pairs.flatMap((one, index) =>
      pairs.slice(index + 1).map((other, offset) => ({
        texts: [asked[index]!.text, asked[index + 1 + offset]!.text],
        overlap: (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size),
      })),
    );
    expect(alike.filter(({ overlap }) => overlap > 0.75)).toEqual([]);
  });

  it('carries the markup of every generation of the page', () => {
    expect(new Set(conversations.map(({ page }) => page))).toEqual(new Set(Object.keys(pages)));
    const markup = [
      ...[/<table/, /<blockquote/, /<h3/, /<a [^>]*href="https/, /<strong>/, /<em>/, /<p>[^<]*<code>/, /<ol/],
      ...[/<li><strong>[^<]*<\/strong><ul>/, /application\/x-tex/, /katex-display/, /hljs-keyword/, /cm-editor/],
      ...[/language-python/, /language-bash/, />TypeScript<\/div>/, /language-sql/, /language-html/, /language-yaml/],
    ];
    expect(markup.filter((part) => !part.test(html))).toEqual([]);
  });

  it('carries the noise of saved pages', () => {
    const noise = [
      ...[/Copy code<\/button>/, /Code kopieren<\/button>/, /Copiar código<\/button>/, /Copier le code<\/button>/],
      ...[/复制代码<\/button>/, /Kopieren<\/button>/, /Bearbeiten<\/button>/],
      ...[/>2 \/ 3<\/span>/, /\d+ chars \/ \d+ words/, /<code class="[^"]*"><\/code>/, /<p><\/p><\/div>/],
      /<div class="result-streaming [^>]*><\/div>/,
    ];
    expect(noise.filter((part) => !part.test(html))).toEqual([]);
    expect(good.some(({ conversations: turns }) => turns[0]?.from === 'gpt')).toBe(true);
    expect(good.some(({ conversations: turns }) => turns.at(-1)?.from === 'human')).toBe(true);
    expect(
      good.some(({ conversations: turns }) =>
        turns.some((turn) => turn.from === 'human' && turn.value.includes('<p>')),
      ),
    ).toBe(true);
  });

  it('holds 12 to 14 bad records, each refused for its own reason, and nothing else is refused', () => {
    expect(bad.size).toBeGreaterThanOrEqual(12);
    expect(bad.size).toBeLessThanOrEqual(14);
    expect(new Set(bad.values()).size).toBe(10);
    const seen = new Set<string>();
    const decisions = records.map((record) => [record.id, rejectReason(record, seen)]);
    expect(decisions).toEqual(records.map((record) => [record.id, bad.get(record)]));
  });
});

/** Neighbouring letters of a text, each pair once. */
function letterPairs(text: string): Set<string> {
  const letters = text.toLowerCase().replace(/[^\p{L}\d]+/gu, ' ');
  return new Set(Array.from({ length: letters.length - 1 }, (_, index) => letters.slice(index, index + 2)));
}

describe("the demo's questions", () => {
  it('are twelve, in every language, and stand with their replies at the start of a conversation', () => {
    expect(questions).toHaveLength(12);
    expect(new Set(questions.map(({ language }) => language)).size).toBe(5);
    for (const { id, question, reply } of questions) {
      const [first, second] = good.find((record) => record.id === id)!.conversations;
      expect([first!.value, textOf(second!)], id).toEqual([question, reply]);
    }
  });

  it('have replies that are short, plain and unlike each other', () => {
    for (const { reply } of questions) {
      expect(reply.length).toBeLessThan(110);
      expect(reply).not.toMatch(/[*_`$[\]\n]/);
    }
    expect(new Set(questions.map(({ reply }) => reply)).size).toBe(12);
  });
});

interface ExportNode {
  readonly id: string;
  readonly parent: string | null;
  readonly children: readonly string[];
  readonly message: { readonly author: { readonly role: string }; readonly metadata: Record<string, unknown> } | null;
}

describe('the samples of other formats', () => {
  it('include an account export whose trees are sound, with a branch, a tool and hidden messages', async () => {
    const trees: { current_node: string; mapping: Record<string, ExportNode> }[] = JSON.parse(
      await read('chatgpt-export.json'),
    );
    expect(trees).toHaveLength(2);
    for (const { current_node, mapping } of trees) {
      const nodes = Object.entries(mapping);
      expect(mapping[current_node]?.children).toEqual([]);
      expect(nodes.filter(([, { parent }]) => parent === null)).toHaveLength(1);
      for (const [id, node] of nodes) {
        expect(node.id).toBe(id);
        for (const child of node.children) expect(mapping[child]?.parent).toBe(id);
      }
    }
    const nodes = trees.flatMap(({ mapping }) => Object.values(mapping));
    expect(nodes.filter(({ children }) => children.length > 1)).toHaveLength(1);
    const roles = nodes.map(({ message }) => message?.author.role);
    expect(new Set(roles)).toEqual(new Set([undefined, 'system', 'user', 'assistant', 'tool']));
    expect(nodes.some(({ message }) => message?.metadata.is_visually_hidden_from_conversation === true)).toBe(true);
  });

  it('include four OpenAI chats, one a line, that end with a reply', async () => {
    const lines = (await read('openai-messages.jsonl')).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    const chats = lines.map((line): { messages: { role: string; content: unknown }[] } => JSON.parse(line));
    for (const { messages } of chats) expect(messages.at(-1)?.role).toBe('assistant');
    const contents = chats.flatMap(({ messages }) => messages.map(({ content }) => content));
    expect(contents.some((content) => Array.isArray(content))).toBe(true);
  });
});
