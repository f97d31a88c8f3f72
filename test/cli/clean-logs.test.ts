import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const chatLogs = fileURLToPath(new URL('../../examples/data/sharegpt-html.json', import.meta.url));
const linesOf = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n');

describe('vicuna clean', () => {
  it('writes what is kept, lists what is left out with its place, and counts reasons', async () => {
    const directory = await temporaryDirectory();
    const [output, rejects] = [join(directory, 'clean.jsonl'), join(directory, 'rejects.jsonl')];
    const { code, errors } = await vicuna(['clean', chatLogs, '-o', output, '--rejects', rejects]);
    expect(code).toBe(0);
    const [, kept, read] = /(\d+) of (\d+) conversations are in/.exec(errors) ?? [];
    expect(await linesOf(output)).toHaveLength(Number(kept));
    const left = (await linesOf(rejects)).map((line) => JSON.parse(line));
    expect(left).toHaveLength(Number(read) - Number(kept));
    expect(left[0]).toMatchObject({ id: 'just-hello', reason: 'too-short', location: { line: 3 } });
    expect(errors).toMatch(/ 3 too-short\n/);
  });

  it('blocks other words, or none', async () => {
    const file = join(await temporaryDirectory(), 'logs.jsonl');
    const reply = { from: 'gpt', value: 'It is a model that was made by OpenAI.' };
    const record = { id: 'a', conversations: [{ from: 'human', value: 'What is GPT-4?' }, reply] };
    await writeFile(file, JSON.stringify(record));
    const clean = async (...words: string[]) => (await vicuna(['clean', file, '-o', `${file}.out`, ...words])).errors;
    expect(await clean()).toMatch(/0 of 1 .*\n +1 blocked-words/);
    expect(await clean('--blocked-words', 'made')).toMatch(/0 of 1 .*\n +1 blocked-words/);
    expect(await clean('--blocked-words', 'harbour')).toContain('1 of 1');
    expect(await clean('--no-blocked-words', '--reject-repetition')).toContain('1 of 1');
  });

  it('stops at a damaged record with its place, unless it is to be left out', async () => {
    const file = join(await temporaryDirectory(), 'logs.jsonl');
    await writeFile(file, `${(await readFile(chatLogs, 'utf8')).split('\n')[1]!.replace(/,$/, '')}\n{"id":"b","conv\n`);
    const words = ['clean', file, '-o', `${file}.out`];
    expect(await vicuna(words)).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/data-malformed.*logs\.jsonl:2/),
    });
    expect(await vicuna([...words, '--skip-bad-records'])).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/1 of 1 .*\n +1 cut-off/),
    });
  });
});
