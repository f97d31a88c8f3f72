import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/core/index.js';
import { byteTokenizer } from '../../src/testing/index.js';

/** Records of every fate: kept, cut into several segments, too long a round, duplicates of both kinds, rejects. */
export function logRecords(count: number, seed = 1): object[] {
  const random = Random.fromSeed(seed, 'logs');
  const words = (most: number) =>
    Array.from(
      { length: 1 + random.integer(most) },
      () => ['a', 'list', 'of', 'naïve', '数据', 'words'][random.integer(6)],
    ).join(' ');
  return Array.from({ length: count }, (_, number) => {
    const turns = Array.from({ length: 1 + random.integer(4) }, (_, round) => [
      { from: 'human', value: `${number}.${round} ${words(12)}` },
      { from: 'gpt', value: `<div class="markdown prose"><p>${words(40)} &amp; <code>${words(2)}</code></p></div>` },
    ]).flat();
    const record = { id: `c${number}`, conversations: turns };
    const fate = number % 12;
    if (fate === 3) return { ...record, id: `c${number - 1}` };
    if (fate === 5) turns[0]!.value = 'Again?';
    if (fate === 5) turns[1]!.value = '<p>The same question and reply once more.</p>';
    if (fate === 7) turns.at(-1)!.value = '<p>I was trained by OpenAI.</p>';
    if (fate === 8) return { ...record, plugins: ['browser'] };
    if (fate === 9) return { ...record, conversations: turns.slice(0, 1) };
    return record;
  });
}

/** A file of {@link logRecords} and a tokenizer beside it. */
export async function writeLogs(directory: string, count: number): Promise<{ inputs: string; tokenizer: string }> {
  const inputs = join(directory, 'logs.json');
  await writeFile(inputs, JSON.stringify(logRecords(count), null, 1));
  await byteTokenizer().save(directory);
  return { inputs, tokenizer: join(directory, 'tokenizer.json') };
}
