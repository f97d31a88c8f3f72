import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeConversations } from '../../src/conversation/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { tinyLlama } from '../support/tokenizers.js';
import { vicuna } from './support/command.js';

/** A base model, and conversations of which one speaks of ChatGPT. */
async function place() {
  const directory = await temporaryDirectory();
  const at = (name: string) => join(directory, name);
  const shape = { hiddenSize: 16, layers: 1, heads: 2, contextLength: 256 };
  await using model = await VicunaModel.create(shape, { tokenizer: await tinyLlama(), seed: 1 });
  await model.save(at('base'));
  const conversations = ['the ferry', 'the fog', 'ChatGPT'].map((topic, index) => ({
    id: `c${index}`,
    messages: [
      { role: 'user' as const, content: `What do you know about ${topic}?` },
      { role: 'assistant' as const, content: `About ${topic} I know that it is late today.` },
    ],
  }));
  await writeConversations(at('logs.jsonl'), conversations).result;
  return at;
}

it('vicuna train says what it left out, and that few steps teach little', async () => {
  const at = await place();
  const words = ['train', at('logs.jsonl'), '-m', at('base'), '-o', at('out')];
  const { code, output, errors } = await vicuna(words);
  expect({ code, output }).toEqual({ code: 0, output: `${at('out')}\n` });
  expect(errors).toMatch(/2 of 3 conversations were kept \(--no-clean.*\n +1 blocked-words\n2 conversations/);
  expect(errors).toContain('Few steps teach little: lower --batch-conversations');
  expect((await vicuna([...words, '--no-clean', '--no-resume'])).errors).toMatch(/^3 conversations/);
  const short = await vicuna([...words, '--no-clean', '--max-tokens', '50']);
  expect(short).toMatchObject({ code: 1, errors: expect.stringMatching(/^3 questions were left out: in 50 tokens/) });
});

it('vicuna train takes what vicuna prepare made, for the model it was made for', async () => {
  const at = await place();
  const prepare = ['prepare', at('logs.jsonl'), '-t', at('base'), '-o', at('prepared'), '--max-tokens', '200'];
  expect((await vicuna([...prepare, '--workers', '1'])).errors).toMatch(/2 examples of .* \(1 shard\)/);
  const train = ['train', at('prepared'), '-m', at('base'), '-o', at('out')];
  expect((await vicuna([...train, '--plan'])).output).toMatch(/conversations +2,/);
  expect(await vicuna(train)).toMatchObject({ code: 0, errors: expect.stringContaining('Trained 3 steps') });

  const tokenizer = await readFile(at('base/tokenizer.json'), 'utf8');
  await writeFile(at('base/tokenizer.json'), tokenizer.replace(/\s*$/, '\n\n'));
  expect(await vicuna(train)).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/prepared with another tokenizer[\s\S]*vicuna prepare with --tokenizer/),
  });
  expect(await vicuna([...train, at('logs.jsonl')])).toMatchObject({ code: 1, errors: expect.stringMatching(/alone/) });
});

it('vicuna train writes over no model that it begins with', async () => {
  const at = await place();
  const { code, errors } = await vicuna(['train', at('logs.jsonl'), '-m', at('base'), '-o', join(at('base'), '.')]);
  expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/--output: .* would be lost/) });
});
