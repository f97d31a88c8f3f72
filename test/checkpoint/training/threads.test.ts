import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { latestCheckpoint } from '../../../src/checkpoint/index.js';
import { launchRanks, workerFile } from '../../../src/collectives/index.js';
import { openFilesUnder } from '../../support/open-handles.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { bitsOf, readAll, vectorsAt } from './support.js';
import type { Job } from './thread-rank.js';

const worker = workerFile('thread-rank', import.meta.url);

/** @returns commits that the ranks were told of, by rank. */
async function train(ranks: number, data: Job): Promise<number[]> {
  const commits = Array.from({ length: ranks }, () => 0);
  for await (const { rank, message } of launchRanks<never, number>({ ranks, data, ...worker }).messages)
    commits[rank]! += message;
  return commits;
}

it('ranks of real threads save while they exchange gradients, and resume at another number', async () => {
  const directory = await temporaryDirectory();
  expect(await train(4, { directory, steps: 5 })).toEqual([5, 5, 5, 5]);
  expect(await train(3, { directory, steps: 2 })).toEqual([2, 2, 2]);
  const found = (await latestCheckpoint(directory))!;
  expect([found.state.step, found.worldSize]).toEqual([7, 3]);
  expect(bitsOf(await readAll(found, 2))).toBe(bitsOf(vectorsAt(7)));
});

it('a rank that dies while the others write ends them all, and what was committed before is there', async () => {
  const directory = await temporaryDirectory();
  await expect(train(3, { directory, steps: 3, dies: 1 })).rejects.toThrow(/rank 1.*out of memory/is);
  expect(openFilesUnder(directory) ?? []).toEqual([]);
  const found = (await latestCheckpoint(directory))!;
  expect(found.state.step).toBe(2);
  expect(bitsOf(await readAll(found, 3))).toBe(bitsOf(vectorsAt(2)));
  await train(2, { directory, steps: 1 });
  expect((await latestCheckpoint(directory))!.state.step).toBe(3);
  expect((await readdir(directory)).sort()).toEqual(['step-00000002', 'step-00000003']);
});
