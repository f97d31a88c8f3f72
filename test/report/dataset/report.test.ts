import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConversations } from '../../../src/conversation/index.js';
import { type DatasetSummary, datasetReport, summarizeDataset } from '../../../src/report/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { temporaryDirectory } from '../../support/temporary.js';

const chatLogs = new URL('../../../examples/data/sharegpt-html.json', import.meta.url);
const tokenizer = byteTokenizer();
const summary = await summarizeDataset(readConversations(chatLogs), { maxTokens: 700 }, { tokenizer }).result;

async function written(input: Parameters<typeof datasetReport>[0]): Promise<string> {
  const output = join(await temporaryDirectory(), 'dataset.html');
  const { path, bytes } = await datasetReport(input, { output, createdAt: new Date(0) });
  const text = await readFile(path, 'utf8');
  expect(Buffer.byteLength(text)).toBe(bytes);
  return text;
}

describe('a data set report', () => {
  test('shows turns, tokens, languages, the supervised share, packing, and what was left out with examples', async () => {
    const text = await written({ summary });
    for (const title of [
      'Turns of a conversation',
      'Tokens of a reply',
      'Supervised share of a segment',
      'Conversations by language',
      'Context length and packing',
      'Kept and left out',
      'Examples of what was left out',
    ])
      expect(text).toContain(title);
    expect(text).toContain(`${(100 * summary.supervision.share).toFixed(1)}%`);
    for (const context of summary.contexts) expect(text).toContain(`${(100 * context.packedFill).toFixed(1)}%`);
    for (const { id } of summary.leftOut) expect(text).toContain(`<strong>${id}</strong>`);
    expect(text).not.toContain('Personal data');
  });

  test('is the same for the same summary, also for one that was kept as JSON', async () => {
    const text = await written({ summary });
    expect(await written({ summary: JSON.parse(JSON.stringify(summary)) as DatasetSummary })).toBe(text);
  });

  test('shows how often personal data was found, where somebody looked', async () => {
    expect(await written({ summary, personalData: { 'phone-number': 3, email: 12 } })).toMatch(/email.*phone number/s);
    expect(await written({ summary, personalData: {} })).toContain('None was found.');
  });

  test('says so where nothing is left', async () => {
    const nothing = await summarizeDataset([], {}, { tokenizer }).result;
    expect(await written({ summary: nothing })).toContain('Nothing is left to train on.');
  });

  test('that is not finished leaves the older one as it was, and nothing else', async () => {
    const directory = await temporaryDirectory();
    const output = join(directory, 'dataset.html');
    await writeFile(output, 'older');
    await expect(
      datasetReport({ summary }, { output }, { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    expect(await readdir(directory)).toEqual(['dataset.html']);
    expect(await readFile(output, 'utf8')).toBe('older');
    await expect(datasetReport({ summary }, { output: '' })).rejects.toThrow(/output/);
  });
});
