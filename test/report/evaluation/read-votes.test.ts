import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError, VicunaError } from '../../../src/core/index.js';
import { readVotes } from '../../../src/report/evaluation/index.js';
import { temporaryDirectory } from '../../support/temporary.js';

const line = (fields: object) => `${JSON.stringify({ models: { a: 'x', b: 'y' }, outcome: 'a', ...fields })}\n`;

async function logOf(text: string): Promise<string> {
  const path = join(await temporaryDirectory(), 'votes.jsonl');
  await writeFile(path, text);
  return path;
}

async function read(text: string) {
  const run = readVotes(await logOf(text));
  const votes = [];
  for await (const vote of run) votes.push(vote);
  return { votes, report: await run.result };
}

describe('readVotes', () => {
  it('reads a vote a line, without what only the page needs', async () => {
    const at = '2023-04-03T12:00:00+02:00';
    const { votes, report } = await read(
      line({ question: '7', voter: 'v', at, conversation: 'c' }) + line({ outcome: 'both-bad' }),
    );
    expect(report).toEqual({ votes: 2, torn: false });
    expect(votes).toEqual([
      { question: '7', models: { a: 'x', b: 'y' }, outcome: 'a', voter: 'v', at },
      { models: { a: 'x', b: 'y' }, outcome: 'both-bad' },
    ]);
  });

  it('leaves out a last line that is being written', async () => {
    const { votes, report } = await read(`${line({})}{"models":{"a":"x"`);
    expect(votes).toHaveLength(1);
    expect(report).toEqual({ votes: 1, torn: true });
  });

  it.each([
    {
      problem: 'an outcome that is none',
      text: line({ outcome: 'c' }),
      message: /votes.jsonl:2: is no vote \(outcome: must be "a"/,
    },
    {
      problem: 'a model against itself',
      text: line({ models: { a: 'x', b: 'x' } }),
      message: /:2: .*models: must be two/,
    },
    { problem: 'a time without a zone', text: line({ at: '2023-04-03 12:00' }), message: /:2: .*at: must be a time/ },
    { problem: 'a line that is no JSON', text: `vote!\n${line({})}`, message: /:2.*Each line must be a vote/ },
    {
      problem: 'a line that breaks off before others',
      text: `{"models":\n${line({})}`,
      message: /:2.*Each line must be a vote/,
    },
  ])('names the line of $problem', async ({ text, message }) => {
    const error = await read(line({}) + text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(message);
  });

  it('says when there is no such file', async () => {
    const error = await readVotes('/no/votes.jsonl').result.catch((reason: unknown) => reason);
    expect(VicunaError.isInstance(error) && error.code).toBe('file-unreadable');
  });
});
