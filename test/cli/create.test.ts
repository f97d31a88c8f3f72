import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const logs = fileURLToPath(new URL('../../examples/data/sharegpt-html.json', import.meta.url));
const tiny = ['--vocabulary', '300', '--hidden-size', '16', '--layers', '1', '--heads', '2', '--context-length', '256'];

it('vicuna create makes a base to train, and names the command that does', async () => {
  const directory = await temporaryDirectory();
  const base = join(directory, 'base');
  const made = await vicuna(['create', logs, '-o', base, ...tiny]);
  expect(made).toMatchObject({ code: 0, errors: expect.stringMatching(/^A model of [\d,]+ weights and 300 tokens/) });
  const words = made.output.trim().split(' ').slice(1);
  expect(words.slice(0, 4)).toEqual(['train', logs, '-m', base]);

  const train = words.map((word) => (word === 'my-assistant' ? join(directory, 'out') : word === '300' ? '2' : word));
  expect(await vicuna(train)).toMatchObject({ code: 0, errors: expect.stringContaining('Trained 2 steps') });
  const chat = await vicuna(['chat', join(directory, 'out'), '--max-tokens', '2'], { input: 'Hi\n' });
  expect(chat.code).toBe(0);

  const again = await vicuna(['create', logs, '-o', base, ...tiny]);
  expect(again).toMatchObject({ code: 1, errors: expect.stringMatching(/holds a model already/) });
});

it('vicuna create says that there is nothing to learn from', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'none.jsonl'), '');
  const { code, errors } = await vicuna(['create', join(directory, 'none.jsonl'), '-o', join(directory, 'base')]);
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/none\.jsonl: there is no conversation/) });
});
