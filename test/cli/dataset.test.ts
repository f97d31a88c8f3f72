import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { DatasetSummary } from '../../src/report/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { filesOf, tinyLlamaJson } from '../support/tokenizers.js';
import { vicuna } from './support/command.js';

const chatLogs = fileURLToPath(new URL('../../examples/data/sharegpt-html.json', import.meta.url));

it('vicuna report dataset writes the report and its numbers', async () => {
  const tokenizer = await filesOf({ 'tokenizer.json': tinyLlamaJson() });
  const directory = await temporaryDirectory();
  const output = join(directory, 'dataset.html');
  const json = join(directory, 'dataset.json');
  const words = ['report', 'dataset', chatLogs, '-t', tokenizer, '-o', output, '--json', json, '--title', 'Our logs'];
  const { code, output: printed, errors } = await vicuna([...words, '--max-tokens', '1000']);
  expect({ code, errors }).toEqual({ code: 0, errors: expect.stringMatching(/\d+ conversations, 0 unreadable/) });
  expect(printed).toContain(output);
  expect(await readFile(output, 'utf8')).toContain('Our logs');
  const summary: DatasetSummary = JSON.parse(await readFile(json, 'utf8'));
  expect(summary.settings).toMatchObject({ maxTokens: 1000, template: 'vicuna_v1.1' });
  expect(summary.conversations).toBe(summary.cleaning!.kept);
});

it('vicuna report dataset needs a tokenizer', async () => {
  const { code, errors } = await vicuna(['report', 'dataset', chatLogs]);
  expect(code).not.toBe(0);
  expect(errors).toContain('--tokenizer');
});
