import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const exchange = (id: string, prompt: string, reply: string) => ({
  id,
  messages: [
    { role: 'user', content: prompt },
    { role: 'assistant', content: reply },
  ],
});

async function place(records: readonly object[], questions: readonly object[] = []) {
  const directory = await temporaryDirectory();
  const file = (name: string) => join(directory, name);
  const lines = (list: readonly object[]) => list.map((record) => `${JSON.stringify(record)}\n`).join('');
  await writeFile(file('in.jsonl'), lines(records));
  await writeFile(file('questions.jsonl'), lines(questions));
  const read = async (name: string) =>
    (await readFile(file(name), 'utf8')).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { file, read };
}

const reply =
  'Light of short waves is scattered more by the air than light of long waves, so the sky looks blue to us.';

describe('vicuna deduplicate', () => {
  it('writes what stays as it was, and lists what it left out', async () => {
    const first = { ...exchange('a', 'Why is the sky blue?', reply), segmentOf: 'whole' };
    const other = exchange('b', 'Who was Bach?', 'A composer of the baroque, who worked in Leipzig.');
    const { file, read } = await place([first, other, exchange('c', 'why is the sky BLUE', `${reply} Yes.`)]);
    const result = await vicuna([
      ...['deduplicate', file('in.jsonl'), '-o', file('out.jsonl'), '--duplicates', file('duplicates.jsonl')],
      ...['--memory', '1'],
    ]);
    expect(result).toMatchObject({
      code: 0,
      output: '',
      errors: expect.stringContaining('2 of 3 conversations are in'),
    });
    expect(await read('out.jsonl')).toEqual([first, other]);
    expect(await read('duplicates.jsonl')).toEqual([
      { id: 'c', duplicateOf: 'a', similarity: expect.closeTo(23 / 24, 10), index: 2, duplicateOfIndex: 0 },
    ]);
    const apart = ['deduplicate', file('in.jsonl'), '-o', file('all.jsonl'), '--threshold', '1'];
    expect((await vicuna(apart)).errors).toContain('3 of 3');
  });

  it('leaves out conversations with questions of a test, and says which', async () => {
    const question = { id: 'q1', category: 'generic', turns: ['Why is the sky blue in the daytime, and red at dusk?'] };
    const { file, read } = await place(
      [exchange('a', 'One, two?', 'Three.'), exchange('b', `Tell me: ${question.turns[0]}`, reply)],
      [question],
    );
    const result = await vicuna([
      ...['deduplicate', file('in.jsonl'), '-o', file('out.jsonl'), '-q', file('questions.jsonl')],
      ...['--contamination', file('hits.jsonl')],
    ]);
    expect(result).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/1 of 2 conversations were left out before that: they hold 1 of/),
    });
    expect(await read('out.jsonl')).toHaveLength(1);
    expect(await read('hits.jsonl')).toMatchObject([
      { conversationId: 'b', evaluationId: 'q1', message: 0, coverage: 1 },
    ]);
  });

  it('names what is wrong', async () => {
    const { file } = await place([]);
    expect(await vicuna(['deduplicate', file('none.jsonl'), '-o', file('o')])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/file-unreadable.*none\.jsonl/),
    });
    expect(await vicuna(['deduplicate', file('in.jsonl'), '--threshold', '2', '-o', file('o')])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/config-invalid[\s\S]*threshold/),
    });
  });
});
