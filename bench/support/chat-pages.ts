import { open } from 'node:fs/promises';
import type { Random } from '../../src/core/index.js';

// Conversations in the shape of saved ChatGPT pages of 2023: the markup of their replies (wrappers, code blocks with a copy
// button, lists, tables, inline code), prompts in plain text, and words drawn as language draws them: few often, many
// rarely. Every conversation's text is its own, so that no cache sees a text twice.

const common =
  'the of and to a in is that for it you as with on be this are or can by your from an have not will use if we at which but one all data file function value code when time more so what do there how their used using also any each other some into only than first like these then number example would them two make has its user list return new string model need between way set result may such different server request following case system array create should name line method many page text output input following class test read write order'.split(
    ' ',
  );
const syllables =
  'ar be con de el fi gra hu in jo ka li mo nu or per qui ra sta te un ver wa xi yo zen tion ment able ist ing ed'.split(
    ' ',
  );

/** Draws words: a table in which a word stands as often as Zipf's law has it. */
export class Words {
  readonly #random: Random;
  readonly #table: readonly string[];

  constructor(random: Random) {
    this.#random = random;
    const vocabulary = [...common];
    const syllable = () => syllables[random.integer(syllables.length)]!;
    while (vocabulary.length < 3000) vocabulary.push(Array.from({ length: 2 + random.integer(3) }, syllable).join(''));
    const table: string[] = [];
    for (const [rank, word] of vocabulary.entries())
      for (let copies = Math.max(1, Math.round(7000 / (rank + 3))); copies > 0; copies--) table.push(word);
    this.#table = table;
  }

  integer(below: number): number {
    return this.#random.integer(below);
  }

  some(count: number): string {
    let text = this.#table[this.#random.integer(this.#table.length)]!;
    for (let index = 1; index < count; index++) text += ` ${this.#table[this.#random.integer(this.#table.length)]!}`;
    return text;
  }

  sentence(count: number): string {
    const text = this.some(count);
    return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
  }
}

/** How many of a thousand conversations the cleaner leaves out. */
const perMille = { blocked: 60, duplicate: 30, short: 15 };

/** Writes conversations of about 20 kB each as a ShareGPT array. */
export async function writeChatPages(
  path: string,
  conversations: number,
  random: Random,
): Promise<{ readonly bytes: number }> {
  const words = new Words(random);
  const file = await open(path, 'w');
  let block = '[';
  let bytes = 0;
  let previous = '';
  for (let number = 0; number < conversations; number++) {
    const lot = random.integer(1000);
    const isDuplicate = lot < perMille.duplicate && previous !== '';
    const isShort = !isDuplicate && lot >= 1000 - perMille.short;
    const turns = isDuplicate
      ? previous
      : JSON.stringify(conversation(words, isShort, lot % 1000 < 30 + perMille.blocked && lot >= 30));
    if (!isShort) previous = turns;
    block += `${number === 0 ? '' : ','}\n{"id":"c${number}","conversations":${turns}}`;
    if (block.length < 4e6 && number + 1 < conversations) continue;
    bytes += (await file.write(block)).bytesWritten;
    block = '';
  }
  bytes += (await file.write('\n]\n')).bytesWritten;
  await file.close();
  return { bytes };
}

function conversation(words: Words, isShort: boolean, isBlocked: boolean) {
  if (isShort) return [{ from: 'human', value: 'Hi' }];
  const rounds = 1 + words.integer(4);
  const turns = Array.from({ length: rounds }, () => [
    { from: 'human', value: question(words) },
    { from: 'gpt', value: reply(words) },
  ]).flat();
  if (isBlocked) turns.at(-1)!.value += '<p>As a model trained by OpenAI, I cannot.</p>';
  return turns;
}

function question(words: Words): string {
  const lines = 1 + (words.integer(4) === 0 ? words.integer(12) : 0);
  return Array.from({ length: lines }, () => words.sentence(6 + words.integer(24))).join('\n');
}

function reply(words: Words): string {
  const blocks = Array.from({ length: 3 + words.integer(9) }, () => kinds[words.integer(kinds.length)]!(words));
  return `<div class="markdown prose w-full break-words dark:prose-invert light"><p>${words.sentence(18)}</p>${blocks.join('')}</div>`;
}

const paragraph = (words: Words) =>
  `<p>${words.sentence(12 + words.integer(30))} ${words.sentence(10)} <code>${words.some(1)}</code> ${words.sentence(8 + words.integer(30))}</p>`;

function list(words: Words): string {
  const tag = words.integer(2) === 0 ? 'ol' : 'ul';
  const items = Array.from(
    { length: 3 + words.integer(5) },
    () => `<li><p><strong>${words.some(2)}</strong>: ${words.sentence(10 + words.integer(20))}</p></li>`,
  );
  return `<${tag}>${items.join('')}</${tag}>`;
}

function code(words: Words): string {
  const lines = Array.from({ length: 4 + words.integer(22) }, () => {
    const name = words.some(1);
    return `<span class="hljs-keyword">const</span> <span class="hljs-variable">${name}</span> = <span class="hljs-title function_">${words.some(1)}</span>(<span class="hljs-string">"${words.some(3)}"</span>, <span class="hljs-number">${words.integer(1000)}</span>); <span class="hljs-comment">// ${words.some(5)}</span>`;
  });
  const bar =
    '<div class="flex items-center text-xs font-sans justify-between px-4 py-2"><span>javascript</span><button class="flex ml-auto gap-2"><svg stroke="currentColor" fill="none" stroke-width="2" viewBox="0 0 24 24" class="h-4 w-4" height="1em" width="1em"><path d="M16 4h2a2 2 0 0 1 2 2v14"></path></svg>Copy code</button></div>';
  return `<pre><div class="bg-black rounded-md mb-4">${bar}<div class="p-4 overflow-y-auto"><code class="!whitespace-pre hljs language-javascript">${lines.join('\n')}\n</code></div></div></pre>`;
}

function table(words: Words): string {
  const row = (tag: string) =>
    `<tr>${Array.from({ length: 3 }, () => `<${tag}>${words.some(2)}</${tag}>`).join('')}</tr>`;
  const rows = Array.from({ length: 2 + words.integer(4) }, () => row('td'));
  return `<table><thead>${row('th')}</thead><tbody>${rows.join('')}</tbody></table>`;
}

const heading = (words: Words) => `<h3>${words.some(4)}</h3>`;

// Paragraphs most often, as in the pages.
const kinds = [paragraph, paragraph, paragraph, list, list, code, heading, table];
