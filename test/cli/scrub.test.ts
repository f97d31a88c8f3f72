import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { byteTokenizer } from '../../src/testing/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

it('vicuna clean and prepare replace personal data with --scrub, and count it by kind without showing it', async () => {
  const directory = await temporaryDirectory();
  const [logs, clean] = [join(directory, 'logs.json'), join(directory, 'clean.jsonl')];
  const turns = [
    { from: 'human', value: 'How do I reach the keeper of the lighthouse?' },
    { from: 'gpt', value: 'Write to keeper@lighthouse.net; letters are answered within days.' },
  ];
  await writeFile(logs, JSON.stringify([{ id: 'a', conversations: turns }]));
  await byteTokenizer().save(directory);
  const commands = [
    ['clean', logs, '-o', clean, '--scrub'],
    ['prepare', logs, '-t', directory, '-o', join(directory, 'out'), '--keep-conversations', '--scrub'],
  ];
  for (const words of commands) {
    const { code, errors } = await vicuna(words);
    expect({ code, errors }).toEqual({ code: 0, errors: expect.stringMatching(/replaced in 1 conv[\s\S]*\b1 e-mail/) });
    expect(errors).not.toContain('keeper');
  }
  for (const file of [clean, join(directory, 'out', '00000.conversations.jsonl')])
    expect(await readFile(file, 'utf8')).toMatch(/Write to \[e-mail\]/);
});
