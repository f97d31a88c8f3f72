import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportChain } from '../support/chatgpt-export.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

function exported(id: string, topic: string): object {
  const reply = { role: 'assistant', text: `About ${topic} I know that it is late.` };
  return { ...exportChain({ text: `What do you know about ${topic}?` }, reply), conversation_id: id };
}

async function exports() {
  const directory = await temporaryDirectory();
  const at = (name: string) => join(directory, name);
  await mkdir(at('mine'));
  await mkdir(at('yours'));
  await writeFile(
    at('mine/conversations.json'),
    JSON.stringify([exported('m1', 'the ferry'), exported('m2', 'ChatGPT')]),
  );
  await writeFile(at('yours/conversations.json'), JSON.stringify([exported('y1', 'the fog')]));
  return at;
}

const idsIn = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id);

it('vicuna clean takes folders of exports, and says what it left out and where to look', async () => {
  const at = await exports();
  const words = ['clean', at('mine'), at('yours'), '-o', at('clean.jsonl')];
  const { code, errors } = await vicuna(words);
  expect({ code, errors }).toEqual({
    code: 0,
    errors: expect.stringMatching(/^2 of 3 conversations are in .*\n +1 blocked-words\n.*--rejects <file>/),
  });
  expect(await idsIn(at('clean.jsonl'))).toEqual(['m1', 'y1']);
  expect((await vicuna([...words, '--rejects', at('rejects.jsonl')])).errors).not.toContain('--rejects');
  expect(await idsIn(at('rejects.jsonl'))).toEqual(['m2']);
});

it('vicuna clean keeps what speaks of ChatGPT where it is told to', async () => {
  const at = await exports();
  const words = ['clean', at('mine'), '-o', at('clean.jsonl')];
  expect((await vicuna([...words, '--no-blocked-words'])).errors).toMatch(/^2 of 2 .*\n$/);
  expect((await vicuna([...words, '--blocked-words', 'ferry'])).errors).toMatch(/^1 of 2 /);
});

it('vicuna clean names the option that passes over damaged records', async () => {
  const at = await exports();
  await writeFile(at('logs.jsonl'), `${JSON.stringify(exported('one', 'the fog'))}\n{"who": "knows"}\n`);
  const words = ['clean', at('logs.jsonl'), '-o', at('clean.jsonl')];
  expect((await vicuna(words)).errors).toMatch(/logs\.jsonl:2 .*--skip-bad-records/);
  expect((await vicuna([...words, '--skip-bad-records'])).errors).toMatch(/^1 of 1 .*\n +1 wrong-form/);
});
