import { open } from 'node:fs/promises';
import type { Random } from '../../src/core/index.js';

const words =
  'the a model data of to and server request value naïve function returns list café über файл 数据 モデル cache when each line is read then it'.split(
    ' ',
  );

/** Conversations as saved pages have them: replies in the markup of ChatGPT's page, code, lists, a few languages. */
export async function writeShareGPTPages(
  path: string,
  bytes: number,
  random: Random,
): Promise<{ readonly bytes: number; readonly records: number }> {
  // A pool of records, drawn from again and again under new ids: making a gigabyte of fresh text would take minutes.
  const pool = Array.from({ length: 400 }, () => JSON.stringify(turns(random)));
  const file = await open(path, 'w');
  const lengths: number[] = [];
  let written = 0;
  let block = '[\n';
  while (written < bytes) {
    // The number in front makes the first question another one, so that nothing is a duplicate to the cleaner.
    const drawn = pool[random.integer(pool.length)]!.replace('"value":"', `"value":"${lengths.length}: `);
    const record = `{"id":"p${lengths.length}","conversations":${drawn}}`;
    lengths.push(Buffer.byteLength(record));
    written += lengths.at(-1)! + 2;
    block += `${lengths.length === 1 ? '' : ',\n'}${record}`;
    if (block.length < 4e6 && written < bytes) continue;
    await file.write(block);
    block = '';
  }
  await file.write('\n]');
  await file.close();
  const index = await open(`${path}.lengths`, 'w');
  await index.write(new Uint8Array(Uint32Array.from(lengths).buffer));
  await index.close();
  return { bytes: written + 2, records: lengths.length };
}

function turns(random: Random) {
  const rounds = 1 + random.integer(8);
  return Array.from({ length: rounds }, () => [
    { from: 'human', value: sentence(random, 5 + random.integer(40)) },
    { from: 'gpt', value: reply(random) },
  ]).flat();
}

function reply(random: Random): string {
  const blocks = Array.from({ length: 1 + random.integer(8) }, () => block(random));
  return `<div class="markdown prose w-full break-words dark:prose-invert light">${blocks.join('')}</div>`;
}

function block(random: Random): string {
  const kind = random.integer(4);
  if (kind === 0) return `<p>${sentence(random, 20 + random.integer(80))}</p>`;
  if (kind === 1) {
    const items = Array.from(
      { length: 3 },
      () => `<li><p><strong>${sentence(random, 2)}</strong>: ${sentence(random, 12)}</p></li>`,
    );
    return `<ol>${items.join('')}</ol>`;
  }
  if (kind === 2)
    return `<p>${sentence(random, 9)} <code>${sentence(random, 2)}</code> &amp; <em>${sentence(random, 3)}</em></p>`;
  const lines = Array.from(
    { length: 4 + random.integer(20) },
    (_, line) =>
      `<span class="hljs-keyword">const</span> value${line} = <span class="hljs-string">"${sentence(random, 4)}"</span>;`,
  );
  const bar =
    '<div class="flex items-center text-xs"><span>javascript</span><button class="flex ml-auto gap-2">Copy code</button></div>';
  return `<pre><div class="bg-black rounded-md">${bar}<div class="p-4 overflow-y-auto"><code class="!whitespace-pre hljs language-javascript">${lines.join('\n')}\n</code></div></div></pre>`;
}

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => words[random.integer(words.length)]).join(' ');
}
