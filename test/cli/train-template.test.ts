import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { VicunaModel } from '../../src/model/index.js';
import { templateOf, templateSources, templateTokenizer } from '../support/chat-templates.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const chatLogs = fileURLToPath(new URL('../../examples/data/sharegpt-html.json', import.meta.url));

/** A model whose own template takes more tokens than Vicuna's: what is cut by the latter does not fit. */
async function modelWithTemplate(directory: string): Promise<string> {
  const tokenizer = await templateTokenizer();
  const template = templateOf(`{{ '${'=-'.repeat(200)}' }}${templateSources().get('marked-turns')}`, tokenizer);
  const shape = { hiddenSize: 16, layers: 1, heads: 2, ffnSize: 32, contextLength: 1024 };
  await using model = await VicunaModel.create(shape, { tokenizer, template });
  await model.save(join(directory, 'base'));
  return join(directory, 'base');
}

it("vicuna train plans, cuts and trains with the model's own chat template", async () => {
  const directory = await temporaryDirectory();
  const base = await modelWithTemplate(directory);
  const output = join(directory, 'trained');
  const words = ['train', chatLogs, '-m', base, '-o', output, '--max-steps', '2', '--batch-conversations', '2'];

  const planned = await vicuna([...words, '--plan']);
  expect(planned).toMatchObject({ code: 0, output: expect.stringMatching(/^steps +2 over 1 epochs/m) });
  expect(planned.output).not.toMatch(/^truncated/m);
  expect(existsSync(output)).toBe(false);

  const trained = await vicuna([...words, '--sample', 'Who are you?']);
  expect(trained).toMatchObject({ code: 0, output: `${output}\n` });
  expect(trained.errors).toMatch(/After step 2: Who are you\? ->/);
  const log = await readFile(join(output, 'events.jsonl'), 'utf8');
  expect(log.split('\n').filter((line) => line.includes('"step-end"'))).toHaveLength(2);
});

it('vicuna prepare writes conversations as the model does, and vicuna train refuses data of another template', async () => {
  const directory = await temporaryDirectory();
  const base = await modelWithTemplate(directory);
  const prepare = (name: string, ...words: string[]) =>
    vicuna([
      'prepare',
      chatLogs,
      '-t',
      base,
      '-o',
      join(directory, name),
      '--workers',
      '1',
      '--max-tokens',
      '1024',
      ...words,
    ]);
  const train = (name: string) =>
    vicuna(['train', join(directory, name), '-m', base, '-o', join(directory, 'out'), '--max-steps', '1']);
  expect((await prepare('own')).code).toBe(0);
  expect((await train('own')).code).toBe(0);
  expect((await prepare('other', '--template', 'vicuna_v0')).code).toBe(0);
  const refused = await train('other');
  expect(refused.code).not.toBe(0);
  expect(refused.errors).toMatch(/prepared in another template[\s\S]*vicuna prepare with --tokenizer/);
});
