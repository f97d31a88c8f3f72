import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVotes } from '../../../src/report/evaluation/index.js';
import { VoteLog } from '../../../src/serve/votes/index.js';
import { temporaryDirectory } from '../../support/temporary.js';

const vote = (outcome: 'a' | 'b' | 'tie' | 'both-bad', a = 'vicuna') => ({ models: { a, b: 'alpaca' }, outcome });
const path = async () => join(await temporaryDirectory(), 'votes.jsonl');

async function outcomesIn(file: string): Promise<string[]> {
  const outcomes = [];
  for await (const { outcome } of readVotes(file)) outcomes.push(outcome);
  return outcomes;
}

describe('a log of votes', () => {
  it('holds a vote a line, in the order in which they came, for readVotes to read', async () => {
    const file = await path();
    const log = await VoteLog.open(file);
    const outcomes = Array.from({ length: 40 }, (_, index) => (['a', 'b', 'tie', 'both-bad'] as const)[index % 4]!);
    await Promise.all(outcomes.map((outcome) => log.append(vote(outcome))));
    expect(await outcomesIn(file)).toEqual(outcomes);
    expect((await readFile(file, 'utf8')).split('\n')[0]).toBe('{"models":{"a":"vicuna","b":"alpaca"},"outcome":"a"}');
  });

  it('goes on where an earlier process ended, whatever line it tore', async () => {
    const whole = `${JSON.stringify(vote('a'))}\n`;
    const torn = JSON.stringify(vote('tie', 'x'.repeat(200_000)));
    for (const cut of [1, 5, 30, 199_000]) {
      const file = await path();
      await writeFile(file, whole + torn.slice(0, cut));
      const log = await VoteLog.open(file);
      await log.append(vote('b'));
      expect(await outcomesIn(file), `cut after ${cut}`).toEqual(['a', 'b']);
    }
  });

  it('keeps a last line that lacks nothing but its end', async () => {
    const file = await path();
    await writeFile(file, JSON.stringify(vote('a')));
    await (await VoteLog.open(file)).append(vote('b'));
    expect(await outcomesIn(file)).toEqual(['a', 'b']);
  });

  it('cuts zeros off that a power cut left where a line was to be', async () => {
    const file = await path();
    await writeFile(file, `${JSON.stringify(vote('a'))}\n{"mod\0\0\0\0\0\0\0\0`);
    await (await VoteLog.open(file)).append(vote('b'));
    expect(await outcomesIn(file)).toEqual(['a', 'b']);
  });

  it('leaves a file alone that ends as no log of votes does', async () => {
    const file = await path();
    await writeFile(file, 'my diary, unfinished');
    await expect(VoteLog.open(file)).rejects.toThrow(/votes\.jsonl.*no vote and has no end/);
    expect(await readFile(file, 'utf8')).toBe('my diary, unfinished');
  });

  it('begins anew where the file was moved away', async () => {
    const file = await path();
    const log = await VoteLog.open(file);
    await log.append(vote('a'));
    await rename(file, `${file}.1`);
    await log.append(vote('b'));
    expect([await outcomesIn(`${file}.1`), await outcomesIn(file)]).toEqual([['a'], ['b']]);
  });

  it('says where it cannot be written', async () => {
    await expect(VoteLog.open(join(await path(), 'no', 'such', 'votes.jsonl'))).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });
});
